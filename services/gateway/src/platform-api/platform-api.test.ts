import { COMPONENTS } from "./components.ts";
import { type ApiServer, startApiServer } from "./testing/api-server.ts";
import { code, put, send } from "./testing/http.ts";

let api: ApiServer;
beforeEach(async () => {
  api = await startApiServer();
});
afterEach(() => api.stop());

test("without a key there is a challenge, with a wrong one a refusal, and no work is done before either", async () => {
  const missing = await send(api, "GET", "/functions", { token: null });
  expect([missing.status, missing.body]).toMatchObject([401, { error: { code: "Auth.Missing" } }]);
  expect(missing.headers.get("www-authenticate")).toBe('Bearer realm="sluice"');
  const wrong = await send(api, "PUT", "/functions/x", { token: "AKDEFAULT.nope", body: "{" });
  expect([wrong.status, wrong.body]).toMatchObject([401, { error: { code: "Auth.Invalid" } }]);
});

test("a wrong method is told the right ones", async () => {
  const { status, headers, body } = await send(api, "PATCH", "/functions/x");
  expect([status, body]).toMatchObject([405, { error: { code: "Request.MethodNotAllowed" } }]);
  expect(headers.get("allow")).toBe("DELETE, GET, HEAD, PUT");
});

test("unknown addresses and undecodable ones are answered as JSON", async () => {
  expect((await send(api, "GET", "/nope")).body).toMatchObject({ error: { code: "Request.NotFound" } });
  const escape = await send(api, "GET", "/functions/%E0%A4%A");
  expect([escape.status, escape.body]).toMatchObject([400, { error: { code: "Request.Malformed" } }]);
});

test.each([
  ["/functions?limit=0", "limit"],
  ["/functions?limit=1001", "limit"],
  ["/functions?limit=1&limit=2", "limit"],
  ["/functions?colour=red", "colour"],
  ["/functions?__proto__=x", "__proto__"],
  ["/functions/bad.name", "name"],
  ["/functions/x/logs?after=%00", "after"],
])("%s is malformed and says why", async (path, named) => {
  const { status, body } = await send(api, "GET", path);
  const { error } = COMPONENTS.ErrorBody.parse(body);
  expect([status, error.code]).toEqual([400, "Request.Malformed"]);
  expect(error.message).toContain(named);
});

test("a failure of ours shows an id and nothing else", async () => {
  const failure = new Error("redis://user:password@host exploded");
  Object.assign(api.stores.registry, { listFunctions: () => Promise.reject(failure) });
  const { status, text, body } = await send(api, "GET", "/functions");
  expect([status, body]).toMatchObject([500, { error: { code: "Internal.Error" } }]);
  expect(text).not.toContain("redis");
  const [report] = api.reported;
  expect(report?.error).toBe(failure);
  expect(text).toContain(report?.errorId ?? "no id was reported");
});

test("logs are read as Lambda prints them, and on from a cursor", async () => {
  await put(api, "hello", { options: {}, code: code() });
  const ref = { tenant: "default", name: "hello" };
  const record = (id: string) => ({
    invocationId: id,
    version: "1",
    startedAt: api.clock,
    coldStart: false,
    report: null,
    error: null,
    lines: [{ at: api.clock, level: "INFO" as const, message: `hello from ${id}` }],
  });
  await api.stores.logs.append([{ ref, records: [record("one"), record("two")] }]);
  const read = async (query: string) =>
    COMPONENTS.LogPage.parse((await send(api, "GET", `/functions/hello/logs${query}`)).body);
  const first = await read("?limit=1");
  expect(first.entries[0]?.lines).toEqual([
    "START RequestId: two Version: 1",
    "2026-11-24T12:00:00.000Z\ttwo\tINFO\thello from two",
  ]);
  const after = encodeURIComponent(first.cursor ?? "");
  expect(await read(`?after=${after}`)).toEqual({ entries: [], cursor: first.cursor });
  await api.stores.logs.append([{ ref, records: [record("three")] }]);
  expect((await read(`?after=${after}`)).entries).toHaveLength(1);
});

test("dead letters are listed and queued again", async () => {
  await put(api, "hello", { options: {}, code: code() });
  const ids = ["first", "second"];
  for (const id of ids) await deadLetter(id);
  const list = COMPONENTS.DeadLetterList.parse((await send(api, "GET", "/functions/hello/dead-letters")).body);
  expect(list.deadLetters.map((letter) => letter.id).sort()).toEqual(ids);
  expect(list.deadLetters[0]).toMatchObject({ state: "dead-lettered", deadLetterReason: "RetriesExhausted" });
  const post = (body: string) => send(api, "POST", "/functions/hello/dead-letters/redrive", { body });
  expect((await post('{"id":"gone"}')).status).toBe(404);
  expect((await post('{"ids":["first"]}')).status).toBe(400);
  expect((await post('{"id":"first"}')).body).toEqual({ redriven: 1 });
  expect((await post("")).body).toEqual({ redriven: 1 });
  expect((await api.queue.depth({ tenant: "default", name: "hello" })).waiting).toBe(2);
});

async function deadLetter(id: string): Promise<void> {
  await api.queue.enqueue({
    id,
    tenant: "default",
    function: "hello",
    qualifier: "$LATEST",
    source: "api",
    trigger: "",
    event: "{}",
    acceptedAt: api.clock,
  });
  const key = "default.hello";
  const lease = api.queue.claim(key, null);
  if (lease === undefined) throw new Error("nothing to claim");
  const error = { errorType: "Error", errorMessage: "no" };
  api.queue.settle(key, lease, { kind: "dead-letter", reason: "RetriesExhausted", error });
}

test("workers are shown with the caller's functions only", async () => {
  const lease = {
    id: "w1",
    address: "unix:/secret/path",
    host: "h",
    pid: 7,
    capacity: 8,
    startedAt: 1,
    draining: false,
    token: "secret",
    running: { "default.mine": 2, "other.theirs": 3 },
    cells: 2,
    warmIsolates: 4,
    isolation: ["process", "no network"],
  };
  await api.stores.workers.announce(lease, 10_000);
  const { text, body } = await send(api, "GET", "/workers");
  const { workers } = COMPONENTS.WorkerList.parse(body);
  expect(workers).toMatchObject([{ id: "w1", inFlight: 5, running: { mine: 2 }, isolation: lease.isolation }]);
  expect(text).not.toMatch(/theirs|secret/);
});
