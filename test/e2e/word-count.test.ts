import { join } from "node:path";
import { deployFolder } from "../support/deploy-folder.ts";
import { Stack } from "../support/stack.ts";

const EXAMPLE = join(import.meta.dirname, "../../examples/word-count");

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  await deployFolder(stack, EXAMPLE);
});
afterAll(() => stack.stop());

const post = (body: string | Uint8Array, type: string): Promise<Response> =>
  fetch(`${stack.endpoint}/fn/word-count`, {
    method: "POST",
    body: typeof body === "string" ? body : Buffer.from(body),
    headers: { "content-type": type },
  });

test("the WebAssembly example counts the words of a text that is posted to its address", async () => {
  const text = 'The cat saw "the" café:\n\tthe café 😀 saw nothing.\n';
  const expected = {
    lines: 2,
    words: 10,
    distinct: 6,
    characters: Array.from(text).length,
    top: [
      { word: "the", count: 3 },
      { word: "café", count: 2 },
      { word: "saw", count: 2 },
      { word: "cat", count: 1 },
      { word: "nothing", count: 1 },
    ],
  };
  const response = await post(text, "text/plain");
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/json"]);
  expect(await response.json()).toEqual(expected);
  expect(await (await post(Buffer.from(text), "application/octet-stream")).json()).toEqual(expected);
});

test("what it writes to standard error is in its log, and its exit code is its error", async () => {
  const client = await stack.client();
  const { ok, error, logs } = await client.invoke({ name: "word-count", event: "{}", logs: true });
  expect(ok).toBe(false);
  expect(error).toMatchObject({ errorType: "Runtime.ExitError", errorMessage: "The program exited with code 2" });
  expect(logs.join("\n")).toContain("INFO\tThere is no text to count");
});

test("the artifact is the .wasm file itself, and deploying it again changes nothing", async () => {
  const client = await stack.client();
  await deployFolder(stack, EXAMPLE);
  const fn = await client.getFunction("word-count");
  expect(fn).toMatchObject({ version: "1", sourceMapDigest: null, config: { runtime: "wasi" } });
});
