import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { eventually } from "../support/eventually.ts";
import { Stack } from "../support/stack.ts";

const STREAM = `
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const { kv } = require("sluice");
  const out = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { "x-a": "b" }, cookies: ["c=d"] });
  out.write("first ");
  while ((await kv.get("go")) === null) await new Promise((resolve) => setTimeout(resolve, 5));
  if (event.rawPath === "/fail") throw new Error("no");
  out.end("last");
});`;
const ENDLESS = `
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const { kv } = require("sluice");
  let written = 0;
  stream.on("error", (error) => void kv.put("ended", error.code + " after " + (written > 0)));
  while (!stream.destroyed) if (!stream.write(Buffer.alloc(65_536, ++written))) await new Promise((resolve) => { stream.once("drain", resolve); stream.once("close", resolve); });
  while ((await kv.get("ended")) === null) await new Promise((resolve) => setTimeout(resolve, 5));
});`;
const WEB = `
exports.default = { async fetch(request, env, ctx) {
  const { kv } = require("sluice");
  ctx.waitUntil((async () => { while ((await kv.get("go")) === null) await new Promise((r) => setTimeout(r, 5)); await kv.put("done", "yes"); })());
  return new Response(request.method + " " + new URL(request.url).pathname + " " + (await request.text()), { status: 202 });
} };`;
const READER = `const { kv } = require("sluice"); exports.handler = async ({ put, key }) => (put ? kv.put(put, "1") : kv.get(key));`;

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  const http = { triggers: [{ http: {} }], timeoutMs: 20_000 };
  await stack.deploy("stream", STREAM, http);
  await stack.deploy("endless", ENDLESS, http);
  await stack.deploy("web", WEB, http);
  await stack.deploy(
    "queued",
    `exports.handler = awslambda.streamifyResponse(async (e, s) => { s.end('{"n":1}'); });`,
    {},
  );
  await stack.deploy("store", READER, {});
});
afterAll(() => stack.stop());

async function store(event: object): Promise<unknown> {
  const client = await stack.client();
  const answer = await client.invoke({ name: "store", event: JSON.stringify(event) });
  return answer.ok ? answer.result : answer.error;
}

async function open(path: string): Promise<IncomingMessage> {
  const [response] = (await once(get(`${stack.endpoint}${path}`), "response")) as [IncomingMessage];
  return response;
}

test("what a handler writes reaches the caller while the handler still runs", async () => {
  const response = await open("/fn/stream");
  expect([response.statusCode, response.headers["x-a"], response.headers["set-cookie"]]).toEqual([201, "b", ["c=d"]]);
  expect(response.headers["x-amzn-requestid"]).toMatch(/^[0-9a-f-]{36}$/);
  const pieces: string[] = [];
  for await (const piece of response) {
    pieces.push(String(piece));
    if (pieces.length === 1) await store({ put: "go" });
  }
  expect(pieces).toEqual(["first ", "last"]);
});

test("a handler that fails after the first piece breaks the connection, so that a part is not taken for the whole", async () => {
  const response = await open("/fn/stream/fail");
  const read = async (): Promise<void> => {
    for await (const _chunk of response) continue;
  };
  await expect(read()).rejects.toThrow("aborted");
});

test("a caller who goes away ends the stream of the handler", async () => {
  const response = await open("/fn/endless");
  await once(response, "data");
  response.destroy();
  const ended = await eventually(
    () => store({ key: "ended" }),
    (value) => value !== null,
  );
  expect(ended).toBe("Response.CallerGone after true");
});

test("a web-standard handler answers at once and works on for waitUntil", async () => {
  const response = await fetch(`${stack.endpoint}/fn/web/a/b`, { method: "POST", body: "hi" });
  expect([response.status, await response.text()]).toEqual([202, "POST /a/b hi"]);
  await eventually(
    () => store({ key: "done" }),
    (value) => value === "yes",
  );
});

test("who does not stream gets a streamed response whole", async () => {
  const client = await stack.client();
  expect(await client.invoke({ name: "queued" })).toMatchObject({ ok: true, result: { n: 1 } });
});

test("a response whose head is not valid is a failure of the function, not an empty success", async () => {
  const code = `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
    awslambda.HttpResponseStream.from(stream, { statusCode: 101 }).end("x");
  });`;
  await stack.deploy("invalid", code, { triggers: [{ http: {} }] });
  const response = await eventually(
    () => fetch(`${stack.endpoint}/fn/invalid`),
    ({ status }) => status !== 404,
  );
  expect(response.status).toBe(502);
});

test("a response that would be slow to read fails for its own caller alone", async () => {
  const code = `exports.handler = async () => ({ statusCode: 200, body: "x", x: Array(1.5e6).fill([]) });`;
  await stack.deploy("heavy", code, { triggers: [{ http: {} }], timeoutMs: 20_000 });
  const response = await eventually(
    () => fetch(`${stack.endpoint}/fn/heavy`),
    ({ status }) => status !== 404,
  );
  expect(response.status).toBe(502);
});

test("an address may name scheme and host too, and a body of brackets is refused without being parsed", async () => {
  const { host } = new URL(stack.endpoint);
  const [hostname = "", port = ""] = host.split(":");
  const sent = get({ hostname, port, path: `http://${host}/fn/web/absolute` });
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  response.resume();
  expect(response.statusCode).toBe(202);
  await stack.deploy("hook", "exports.handler = async () => 1;", { triggers: [{ webhook: {} }] });
  const answer = await eventually(
    () =>
      fetch(`${stack.endpoint}/hooks/hook`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "[".repeat(400_000) + "]".repeat(400_000),
      }),
    ({ status }) => status !== 404,
  );
  expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([
    400,
    "Request.InvalidJson",
  ]);
});
