import type { CorsRule, Trigger } from "@sluice/core";
import { startUrlServer, type UrlServer } from "./testing/url-server.ts";

const ORIGIN = "https://app.example";
const PREFLIGHT = { origin: ORIGIN, "access-control-request-method": "PUT" };
const LISTED: CorsRule = {
  allowOrigins: [ORIGIN, "http://localhost:3000"],
  allowMethods: ["GET", "PUT"],
  allowHeaders: ["x-a", "content-type"],
  exposeHeaders: ["x-b"],
  allowCredentials: true,
  maxAgeSeconds: 600,
};

let server: UrlServer;
beforeAll(async () => {
  server = await startUrlServer();
  await server.deploy("listed", [http("listed", LISTED)]);
  await server.deploy("any", [http("any", { allowOrigins: ["*"] })]);
  await server.deploy("plain", [{ type: "http", name: "plain", auth: { type: "none" } }]);
  const bearer = { type: "bearer", token: "long-enough" } as const;
  await server.deploy("guarded", [{ ...http("guarded", LISTED), auth: bearer }]);
});
afterAll(() => server.stop());
beforeEach(() => {
  server.calls.length = 0;
  server.answer = () => "hello";
});

function http(name: string, cors: CorsRule): Trigger {
  const url = { cors, invokeMode: "stream", createdAt: 0, updatedAt: 0 } as const;
  return { type: "http", name, auth: { type: "none" }, url };
}

test("a preflight is answered without the function", async () => {
  const { status, headers, text } = await server.send({ method: "OPTIONS", path: "/fn/listed/x", headers: PREFLIGHT });
  expect([status, text, server.calls.length]).toEqual([200, "", 0]);
  expect(headers).toMatchObject({
    "access-control-allow-origin": ORIGIN,
    "access-control-allow-methods": "GET,PUT",
    "access-control-allow-headers": "x-a,content-type",
    "access-control-allow-credentials": "true",
    "access-control-max-age": "600",
    vary: "Origin",
  });
  expect(headers).not.toHaveProperty("access-control-expose-headers");
});

test("a preflight needs no credentials, as browsers send none with it", async () => {
  const { status } = await server.send({ method: "OPTIONS", path: "/fn/guarded", headers: PREFLIGHT });
  expect(status).toBe(200);
});

test("a preflight from elsewhere permits nothing", async () => {
  const headers = { ...PREFLIGHT, origin: "https://evil.example" };
  const answer = await server.send({ method: "OPTIONS", path: "/fn/listed", headers });
  expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  expect([answer.status, answer.headers.vary]).toEqual([200, "Origin"]);
});

test("an OPTIONS request that is no preflight is the function's", async () => {
  const { text } = await server.send({ method: "OPTIONS", path: "/fn/listed", headers: { origin: ORIGIN } });
  expect([text, server.calls.length]).toEqual(['"hello"', 1]);
});

test("a URL without CORS leaves preflights and headers to the function", async () => {
  server.answer = () => ({ statusCode: 204, headers: { "Access-Control-Allow-Origin": "x" } });
  const { status, headers } = await server.send({ method: "OPTIONS", path: "/fn/plain", headers: PREFLIGHT });
  expect([status, headers["access-control-allow-origin"], headers.vary]).toEqual([204, "x", undefined]);
});

test("every answer has the headers of the settings in place of the function's", async () => {
  server.answer = () => ({
    statusCode: 201,
    headers: {
      "Access-Control-Allow-Origin": "*",
      "access-control-allow-methods": "DELETE",
      Vary: "Accept",
      "x-b": "1",
    },
    cookies: ["a=1", "b=2"],
    body: "x",
  });
  const { status, headers, text } = await server.send({ path: "/fn/listed", headers: { origin: ORIGIN } });
  expect([status, text]).toEqual([201, "x"]);
  expect(headers).toMatchObject({
    "access-control-allow-origin": ORIGIN,
    "access-control-allow-credentials": "true",
    "access-control-expose-headers": "x-b",
    vary: "Accept, Origin",
    "x-b": "1",
    "set-cookie": ["a=1", "b=2"],
  });
  expect(headers).not.toHaveProperty("access-control-allow-methods");
});

test("so has a streamed one", async () => {
  server.answer = async (_event, { take }) => {
    await take?.(JSON.stringify({ response: { headers: { "access-control-allow-origin": "*" } } }), Buffer.from("a"));
    await take?.("", Buffer.from("b"));
  };
  const { headers, text } = await server.send({ path: "/fn/listed", headers: { origin: ORIGIN } });
  expect([headers["access-control-allow-origin"], headers.vary, text]).toEqual([ORIGIN, "Origin", "ab"]);
});

test.each([
  ["a function that fails", { path: "/fn/listed" }, 502],
  ["missing credentials", { path: "/fn/guarded" }, 401],
  ["a body that is too large", { path: "/fn/listed", method: "POST", body: Buffer.alloc(6 * 1024 * 1024 + 1) }, 413],
])("%s is an error that the page may read", async (_, request, status) => {
  server.answer = () => ({ kind: "result", head: { error: { errorType: "Error" } }, payload: Buffer.alloc(0) });
  const answer = await server.send({ ...request, headers: { origin: ORIGIN } });
  expect([answer.status, answer.headers["access-control-allow-origin"]]).toEqual([status, ORIGIN]);
});

test("who may call from anywhere gets '*' and an answer that does not vary", async () => {
  const { headers } = await server.send({ path: "/fn/any", headers: { origin: ORIGIN } });
  expect([headers["access-control-allow-origin"], headers.vary]).toEqual(["*", undefined]);
});

test("a call that no page made says only that answers vary", async () => {
  const { headers } = await server.send({ path: "/fn/listed" });
  expect([headers["access-control-allow-origin"], headers.vary]).toEqual([undefined, "Origin"]);
});
