import { createHmac } from "node:crypto";
import { Stack } from "../support/stack.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  await stack.deploy("echo", "exports.handler = async (event) => event;", { triggers: [{ http: {} }] });
});
afterAll(() => stack.stop());

const url = (path: string): string => `${stack.endpoint}${path}`;

test("a function URL hands the handler Lambda's payload 2.0 and answers what it returns", async () => {
  const response = await fetch(url("/fn/echo/a%20b/c?x=1&x=2&y=%C3%A4"), {
    method: "POST",
    headers: { "content-type": "application/json", cookie: "a=1; b=2", "x-custom": "v" },
    body: '{"n":1}',
  });
  expect(response.status).toBe(200);
  const event = (await response.json()) as { requestContext: { requestId: string } };
  expect(event).toMatchObject({
    version: "2.0",
    rawPath: "/a%20b/c",
    rawQueryString: "x=1&x=2&y=%C3%A4",
    queryStringParameters: { x: "1,2", y: "ä" },
    cookies: ["a=1", "b=2"],
    headers: { "x-custom": "v", "content-type": "application/json" },
    body: '{"n":1}',
    isBase64Encoded: false,
    requestContext: { http: { method: "POST", path: "/a%20b/c" } },
  });
  expect(response.headers.get("x-amzn-requestid")).toBe(event.requestContext.requestId);
});

test("a binary body arrives as base64, unchanged", async () => {
  const bytes = Buffer.from([0, 255, 128, 1]);
  const response = await fetch(url("/fn/echo"), { method: "PUT", body: bytes });
  const event = (await response.json()) as { body: string; isBase64Encoded: boolean };
  expect(event.isBase64Encoded).toBe(true);
  expect(Buffer.from(event.body, "base64")).toEqual(bytes);
});

test("an object with statusCode describes the response", async () => {
  await stack.deploy(
    "teapot",
    `exports.handler = async () => ({ statusCode: 418, headers: { "content-type": "text/plain", "x-a": "b" },
      cookies: ["c=d"], body: Buffer.from("short").toString("base64"), isBase64Encoded: true });`,
    { triggers: [{ http: {} }] },
  );
  const response = await fetch(url("/fn/teapot"));
  expect([response.status, response.headers.get("x-a"), response.headers.get("set-cookie")]).toEqual([418, "b", "c=d"]);
  expect(await response.text()).toBe("short");
});

test.each([
  ["throws", "exports.handler = async () => { throw new Error('secret detail'); };"],
  ["exits", "exports.handler = async () => process.exit(1);"],
  ["answers a bad status", "exports.handler = async () => ({ statusCode: 'x' });"],
  [
    "answers a header that would split the response",
    'exports.handler = async () => ({ statusCode: 200, headers: { a: "b\\r\\nc: d" } });',
  ],
  ["cannot be loaded", "throw new Error('at the top');"],
])("a handler that %s is a 502 without its details", async (_what, code) => {
  await stack.deploy("faulty", code, { triggers: [{ http: {} }] });
  const response = await fetch(url("/fn/faulty"));
  expect(response.status).toBe(502);
  expect(await response.json()).toEqual({ message: "Internal Server Error", invocationId: expect.any(String) });
});

test("what does not exist is a 404 that says what to do", async () => {
  const missing = await fetch(url("/fn/nobody"));
  expect(missing.status).toBe(404);
  expect(await missing.json()).toMatchObject({
    error: { code: "Function.NotFound", fix: expect.stringContaining("npx sluice") },
  });

  await stack.deploy("private", "exports.handler = async () => 1;");
  const noUrl = await fetch(url("/fn/private"));
  expect([noUrl.status, ((await noUrl.json()) as { error: { code: string } }).error.code]).toEqual([
    404,
    "Function.NoUrl",
  ]);
  expect((await fetch(url("/nowhere"))).status).toBe(404);
  expect((await fetch(url("/fn/%ff"))).status).toBe(400);
  expect((await fetch(url("/fn/echo:9"))).status).toBe(404);
});

test("a body over the limit is refused", async () => {
  const response = await fetch(url("/fn/echo"), { method: "POST", body: Buffer.alloc(6 * 1024 * 1024 + 1) });
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ error: { code: "Request.TooLarge" } });
});

test("a function URL can ask for a token or a signature over the raw body", async () => {
  const code = "exports.handler = async () => 'in';";
  await stack.deploy("tokened", code, { triggers: [{ http: { auth: { bearer: "a long token" } } }] });
  await stack.deploy("signed", code, { triggers: [{ http: { auth: { hmac: { secret: "a long secret" } } } }] });
  expect((await fetch(url("/fn/tokened"))).status).toBe(401);
  expect((await fetch(url("/fn/tokened"), { headers: { authorization: "Bearer wrong" } })).status).toBe(401);
  expect((await fetch(url("/fn/tokened"), { headers: { authorization: "Bearer a long token" } })).status).toBe(200);

  const body = '{ "spaces" : 1 }';
  const signature = `sha256=${createHmac("sha256", "a long secret").update(body).digest("hex")}`;
  const send = (header: string): Promise<Response> =>
    fetch(url("/fn/signed"), { method: "POST", body, headers: { "x-hub-signature-256": header } });
  expect((await send(signature)).status).toBe(200);
  expect((await send(signature.replace(/.$/, "0").replace(/0$/, "f"))).status).toBe(401);
  expect((await send("")).status).toBe(401);
});

test("a version stays callable by its number after the next one is deployed", async () => {
  const options = { triggers: [{ http: {} }] };
  await stack.deploy("versioned", "exports.handler = async () => 'one';", options);
  await stack.deploy("versioned", "exports.handler = async () => 'two';", options);
  expect(await (await fetch(url("/fn/versioned"))).json()).toBe("two");
  expect(await (await fetch(url("/fn/versioned:1"))).json()).toBe("one");
});

test("reserved concurrency answers 429 to the call above it, and the slot comes back", async () => {
  const code = "exports.handler = () => new Promise((done) => setTimeout(done, 400));";
  await stack.deploy("narrow", code, { concurrency: 1, triggers: [{ http: {} }] });
  const [first, second] = await Promise.all([fetch(url("/fn/narrow")), fetch(url("/fn/narrow"))]);
  expect([first.status, second.status].toSorted((a, b) => a - b)).toEqual([200, 429]);
  const throttled = first.status === 429 ? first : second;
  expect(throttled.headers.get("retry-after")).toBe("1");
  expect(await throttled.json()).toMatchObject({ error: { code: "Capacity.FunctionLimit" } });
  expect((await fetch(url("/fn/narrow"))).status).toBe(200);
});
