import { once } from "node:events";
import { get, type IncomingMessage, request } from "node:http";
import { eventually } from "../support/eventually.ts";
import { Stack } from "../support/stack.ts";

const STREAM = `
exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {
  const { kv } = require("sluice");
  context.signal.addEventListener("abort", () => console.log("the caller went away"));
  stream.write("first");
  while (!context.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await kv.put("stream", "went on");
});`;
const WEB = `
exports.default = { async fetch(request) {
  const { kv } = require("sluice");
  await kv.put("web-began", "1");
  if (request.method === "GET") while (!request.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
  await kv.put("web", request.method + " " + request.signal.aborted);
  return new Response("done");
} };`;
const CONTEXT = `exports.handler = async (e, { invokedFunctionArn, functionVersion, signal }) =>
  [invokedFunctionArn.split(":function:")[1], functionVersion, process.env.AWS_LAMBDA_FUNCTION_VERSION, signal.aborted];`;
const READER = `const { kv } = require("sluice"); exports.handler = async (key) => kv.get(key);`;

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  const http = { triggers: [{ http: {} }], timeoutMs: 20_000 };
  await stack.deploy("stream", STREAM, http);
  await stack.deploy("web", WEB, http);
  await stack.deploy("context", CONTEXT, http);
  await stack.deploy("store", READER, {});
  await eventually(
    () => fetch(`${stack.endpoint}/fn/context`),
    ({ status }) => status === 200,
  );
});
afterAll(() => stack.stop());

async function stored(key: string, expected: string): Promise<unknown> {
  const client = await stack.client();
  const read = async (): Promise<unknown> => {
    const answer = await client.invoke({ name: "store", event: JSON.stringify(key) });
    return answer.ok ? answer.result : answer.error;
  };
  return await eventually(read, (value) => value === expected);
}

test("a caller who goes away in the middle of a stream aborts the handler's signal, and the handler goes on", async () => {
  const [response] = (await once(get(`${stack.endpoint}/fn/stream`), "response")) as [IncomingMessage];
  await once(response, "data");
  response.destroy();
  expect(await stored("stream", "went on")).toBe("went on");
  const client = await stack.client();
  const log = async (): Promise<string> => JSON.stringify(await client.readLogs("stream"));
  expect(await eventually(log, (text) => text.includes("the caller went away"))).toContain("the caller went away");
});

test("a caller who goes away before the answer aborts the signal of the request", async () => {
  const asked = get(`${stack.endpoint}/fn/web`);
  asked.on("error", () => undefined);
  await stored("web-began", "1");
  asked.destroy();
  expect(await stored("web", "GET true")).toBe("GET true");
});

test("a caller who waits for the whole answer and then leaves aborts nothing", async () => {
  const asked = request(`${stack.endpoint}/fn/web`, { method: "POST", agent: false });
  asked.end("x");
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  response.resume();
  await once(response, "close");
  expect(await stored("web", "POST false")).toBe("POST false");
});

test("a function learns by which name it was called, and always which version it is", async () => {
  const told = async (name: string): Promise<unknown> => (await fetch(`${stack.endpoint}/fn/${name}`)).json();
  expect(await told("context")).toEqual(["context", "$LATEST", "$LATEST", false]);
  expect(await told("context:1")).toEqual(["context:1", "1", "1", false]);
});
