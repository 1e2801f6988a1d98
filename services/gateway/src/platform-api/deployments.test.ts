import { createHash } from "node:crypto";
import { COMPONENTS } from "./components.ts";
import { type ApiServer, startApiServer } from "./testing/api-server.ts";
import { code, put, send } from "./testing/http.ts";

let api: ApiServer;
beforeEach(async () => {
  api = await startApiServer();
});
afterEach(() => api.stop());

const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");

test("the code is stored under its digest before the version points at it", async () => {
  await put(api, "hello", { options: {}, code: code("one") });
  const stored = await api.stores.artifacts.get(digestOf("one"));
  expect(Buffer.from(stored ?? []).toString()).toBe("one");
  const record = await api.stores.registry.getFunction({ tenant: "default", name: "hello" });
  expect(record?.latest).toMatchObject({ codeDigest: digestOf("one"), codeBytes: 3 });
});

test("a dry run says what would change, and changes nothing", async () => {
  const plan = async (document: unknown) =>
    COMPONENTS.DeploymentPlan.parse((await put(api, "hello", document, "?dryRun=true")).body);
  const before = { options: { environment: { A: "1" } }, code: code("one") };
  expect(await plan(before)).toEqual({ action: "created", version: null, nextVersion: null, changes: [] });
  expect((await send(api, "GET", "/functions/hello")).status).toBe(404);
  expect(await api.stores.artifacts.get(digestOf("one"))).toBeUndefined();

  await put(api, "hello", before);
  expect(await plan(before)).toMatchObject({ action: "unchanged", version: "1", nextVersion: "1" });
  const after = {
    options: { memoryMb: 256, concurrency: 5, environment: { B: "2" }, triggers: [{ http: {} }] },
    codeDigest: digestOf("two"),
  };
  expect(await plan(after)).toEqual({
    action: "updated",
    version: "1",
    nextVersion: "2",
    changes: ["code", "memoryMb", "environment.A", "environment.B", "concurrency", "triggers"],
  });
  const onlyTriggers = { ...before, options: { ...before.options, triggers: [{ http: {} }] } };
  expect(await plan(onlyTriggers)).toMatchObject({ action: "updated", nextVersion: "1", changes: ["triggers"] });
});

test("code may be named by digest only if this very function had it", async () => {
  await put(api, "mine", { options: {}, code: code("one") });
  expect((await put(api, "mine", { options: { memoryMb: 64 }, codeDigest: digestOf("one") })).body).toMatchObject({
    version: "2",
  });
  for (const name of ["other", "mine"]) {
    const digest = name === "mine" ? digestOf("unknown") : digestOf("one");
    const refused = await put(api, name, { options: {}, codeDigest: digest });
    expect([refused.status, refused.body]).toMatchObject([400, { error: { code: "Manifest.Invalid" } }]);
  }
});

test.each([
  [
    "all faults of the options at once",
    { options: { memoryMb: 1, timeoutMs: "x" }, code: code() },
    ["options.memoryMb", "options.timeoutMs"],
  ],
  ["an unknown option", { options: { memory: 1 }, code: code() }, ["memory"]],
  ["a reserved field smuggled in", { options: { version: "9", tenant: "other" }, code: code() }, ["version", "tenant"]],
  [
    "a bad cron",
    { options: { triggers: [{ cron: { schedule: "61 * * * *" } }] }, code: code() },
    ["options.triggers.0.cron.schedule"],
  ],
  [
    "two triggers of one name",
    { options: { triggers: [{ webhook: {} }, { webhook: {} }] }, code: code() },
    ["options.triggers.1", "webhook"],
  ],
  ["code that is not base64", { options: {}, code: "%%%" }, ["code must be padded base64"]],
  ["empty code", { options: {}, code: "" }, ["code must not be empty"]],
])("%s is refused by name", async (_what, document, named) => {
  const { status, body } = await put(api, "hello", document);
  const { error } = COMPONENTS.ErrorBody.parse(body);
  expect([status, error.code]).toEqual([400, "Manifest.Invalid"]);
  for (const name of named) expect(error.message).toContain(name);
  expect((await send(api, "GET", "/functions/hello")).status).toBe(404);
});

test.each([
  ["no code at all", { options: {} }],
  ["code twice", { options: {}, code: code(), codeDigest: "0".repeat(64) }],
  ["an unknown field", { options: {}, code: code(), tenant: "other" }],
  ["a digest that is none", { options: {}, codeDigest: "../../etc" }],
  ["a list", []],
  ["null", null],
])("a body with %s is malformed", async (_what, document) => {
  const { status, body } = await put(api, "hello", document);
  expect([status, body]).toMatchObject([400, { error: { code: "Request.Malformed" } }]);
});

test("a trigger of another function is refused, on a dry run already", async () => {
  const options = { triggers: [{ webhook: { name: "shared" } }] };
  await put(api, "first", { options, code: code() });
  for (const path of ["", "?dryRun=true"]) {
    const { status, body } = await put(api, "second", { options, code: code() }, path);
    expect([status, body]).toMatchObject([409, { error: { code: "Trigger.NameTaken" } }]);
  }
});

test("prototype keys are inert", async () => {
  const text = `{"__proto__": {"polluted": true}, "options": {"environment": {"__proto__": "x", "A": "1"}}, "code": "${code()}"}`;
  const { status } = await send(api, "PUT", "/functions/hello", { body: text });
  expect(status).toBe(400);
  const inner = `{"options": {"environment": {"__proto__": "x", "constructor": "y"}}, "code": "${code()}"}`;
  expect((await send(api, "PUT", "/functions/__proto__", { body: inner })).status).toBe(200);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  const shown = COMPONENTS.FunctionDetail.parse((await send(api, "GET", "/functions/__proto__")).body);
  expect(Object.entries(shown.config.environment)).toEqual([["constructor", "y"]]);
});

test("a source map is stored beside the code, and another one alone is another version", async () => {
  const first = await put(api, "mapped", { options: {}, code: code("one"), sourceMap: code("map one") });
  expect(first.body).toMatchObject({ version: "1", published: true });
  expect(Buffer.from((await api.stores.artifacts.get(digestOf("map one"))) ?? []).toString()).toBe("map one");
  expect((await send(api, "GET", "/functions/mapped")).body).toMatchObject({ sourceMapDigest: digestOf("map one") });
  const document = { options: {}, codeDigest: digestOf("one"), sourceMapDigest: digestOf("map two") };
  expect((await put(api, "mapped", document, "?dryRun=true")).body).toMatchObject({ changes: ["sourceMap"] });
  const { sourceMapDigest: _digest, ...withMap } = { ...document, sourceMap: code("map two") };
  expect((await put(api, "mapped", withMap)).body).toMatchObject({ version: "2" });
  const again = { ...document, sourceMapDigest: digestOf("map one") };
  expect((await put(api, "mapped", again)).body).toMatchObject({ version: "3" });
  const old = { options: {}, code: code("one") };
  expect((await put(api, "mapped", old)).body).toMatchObject({ version: "4" });
  expect((await send(api, "GET", "/functions/mapped")).body).toMatchObject({ sourceMapDigest: null });
});

test.each([
  ["a map of another function's", { sourceMapDigest: digestOf("foreign") }, "send 'sourceMap'"],
  ["a map that is not base64", { sourceMap: "{}" }, "sourceMap must be padded base64"],
  ["two maps", { sourceMap: code("m"), sourceMapDigest: digestOf("m") }, "not both"],
])("%s is refused", async (_what, map, message) => {
  await put(api, "other", { options: {}, code: code("x"), sourceMap: code("foreign") });
  const refused = await put(api, "mapped", { options: {}, code: code("one"), ...map });
  expect([refused.status, refused.body]).toMatchObject([400, { error: { message: expect.stringContaining(message) } }]);
});

test("a WASI program must be a WebAssembly module", async () => {
  const module = Buffer.from("0061736d01000000", "hex").toString("base64");
  expect((await put(api, "wasm", { options: { runtime: "wasi" }, code: module })).status).toBe(200);
  const component = Buffer.from("0061736d0d000100", "hex").toString("base64");
  for (const bad of [component, code("exports.handler = 1")]) {
    expect((await put(api, "wasm", { options: { runtime: "wasi" }, code: bad })).body).toMatchObject({
      error: { code: "Manifest.Invalid", message: expect.stringContaining("wasm32-wasip1") },
    });
  }
});
