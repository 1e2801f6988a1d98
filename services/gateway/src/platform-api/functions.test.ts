import { COMPONENTS } from "./components.ts";
import { type ApiServer, startApiServer } from "./testing/api-server.ts";
import { code, put, send } from "./testing/http.ts";

let api: ApiServer;
beforeEach(async () => {
  api = await startApiServer();
});
afterEach(() => api.stop());

const OPTIONS = {
  memoryMb: 256,
  environment: { GREETING: "hello" },
  triggers: [
    { http: { auth: { bearer: "top-secret-token" } } },
    { webhook: { name: "hook", auth: { hmac: { secret: "top-secret-hmac" } } } },
    { cron: { schedule: "rate(5 minutes)", input: { a: 1 } } },
    { "object-storage": { bucket: "photos", suffix: ".jpg" } },
  ],
};

test("a function is created, shown, listed, updated and deleted", async () => {
  const created = await put(api, "hello", { options: OPTIONS, code: code() });
  expect([created.status, created.body]).toEqual([200, { version: "1", published: true, triggersChanged: true }]);
  expect((await put(api, "hello", { options: OPTIONS, code: code() })).body).toMatchObject({ published: false });
  expect((await put(api, "hello", { options: OPTIONS, code: code("x()") })).body).toMatchObject({ version: "2" });

  const shown = COMPONENTS.FunctionDetail.parse((await send(api, "GET", "/functions/hello")).body);
  expect(shown).toMatchObject({
    name: "hello",
    version: "2",
    config: { memoryMb: 256, environment: OPTIONS.environment },
  });
  expect(shown.arn).toBe("arn:aws:lambda:us-east-1:000000000000:function:hello");
  const versions = COMPONENTS.VersionList.parse((await send(api, "GET", "/functions/hello/versions")).body).versions;
  expect(versions.map((version) => version.version)).toEqual(["2", "1"]);

  const ref = { tenant: "default", name: "hello" };
  await send(api, "POST", "/functions/hello/invocations?mode=async", { body: "{}" });
  expect((await send(api, "DELETE", "/functions/hello")).status).toBe(204);
  expect((await api.queue.depth(ref)).waiting).toBe(0);
  const gone = await send(api, "DELETE", "/functions/hello");
  expect([gone.status, gone.body]).toMatchObject([404, { error: { code: "Function.NotFound" } }]);
});

test("secrets of triggers are never shown", async () => {
  await put(api, "hello", { options: OPTIONS, code: code() });
  for (const path of ["/functions/hello", "/functions", "/functions/hello/versions"]) {
    expect((await send(api, "GET", path)).text).not.toContain("top-secret");
  }
  const { triggers } = COMPONENTS.FunctionDetail.parse((await send(api, "GET", "/functions/hello")).body);
  expect(triggers.map(({ type, auth }) => [type, auth])).toEqual([
    ["http", { type: "bearer" }],
    ["webhook", { type: "hmac" }],
    ["cron", { type: "none" }],
    ["object-storage", { type: "none" }],
  ]);
});

test("the list comes in pages", async () => {
  for (const name of ["a", "b", "c"]) await put(api, name, { options: {}, code: code() });
  const read = async (query: string) =>
    COMPONENTS.FunctionList.parse((await send(api, "GET", `/functions${query}`)).body);
  const first = await read("?limit=2");
  expect([first.functions.map((fn) => fn.name), first.next]).toEqual([["a", "b"], "b"]);
  const second = await read("?limit=2&after=b");
  expect([second.functions.map((fn) => fn.name), second.next]).toEqual([["c"], null]);
  expect((await read("?limit=3")).next).toBeNull();
});

test("another tenant's functions do not exist", async () => {
  await put(api, "mine", { options: OPTIONS, code: code() });
  await api.queue.enqueue({
    id: "q1",
    tenant: "default",
    function: "mine",
    qualifier: "$LATEST",
    source: "api",
    trigger: "",
    event: "{}",
    acceptedAt: api.clock,
  });
  const token = api.otherToken;
  for (const [method, path] of [
    ["GET", "/functions/mine"],
    ["DELETE", "/functions/mine"],
    ["GET", "/functions/mine/versions"],
    ["POST", "/functions/mine/invocations"],
    ["POST", "/functions/mine/invocations?mode=async"],
    ["GET", "/functions/mine/invocations/q1"],
    ["GET", "/functions/mine/dead-letters"],
    ["POST", "/functions/mine/dead-letters/redrive"],
    ["GET", "/functions/mine/queue"],
    ["GET", "/functions/mine/logs"],
  ] as const) {
    const answer = await send(api, method, path, { token });
    expect([path, answer.status, answer.body]).toMatchObject([path, 404, { error: { code: "Function.NotFound" } }]);
  }
  expect((await send(api, "GET", "/functions", { token })).body).toEqual({ functions: [], next: null });
  expect((await api.queue.depth({ tenant: "default", name: "mine" })).waiting).toBe(1);
  // The same name is free in the other tenant, its triggers too.
  const own = await send(api, "PUT", "/functions/mine", {
    token,
    body: JSON.stringify({ options: OPTIONS, code: code() }),
  });
  expect(own.body).toMatchObject({ version: "1" });
});
