import { LIMITS, PlatformError } from "@sluice/core";
import { COMPONENTS } from "./components.ts";
import { type ApiServer, startApiServer } from "./testing/api-server.ts";
import { code, put, send } from "./testing/http.ts";

let api: ApiServer;
beforeEach(async () => {
  api = await startApiServer();
  await put(api, "hello", { options: {}, code: code() });
});
afterEach(() => api.stop());

const INVOCATIONS = "/functions/hello/invocations";

test("a synchronous call answers what the handler returned, as the very JSON it was", async () => {
  api.answerCalls(() => ({
    kind: "result",
    head: { version: "1", logs: ["START"] },
    payload: Buffer.from('{"n":12345678901234567890}'),
  }));
  const { status, text, body } = await send(api, "POST", `${INVOCATIONS}?logs=true`, { body: '{"a":1}' });
  expect(status).toBe(200);
  expect(COMPONENTS.InvocationResult.parse(body)).toMatchObject({
    version: "1",
    ok: true,
    error: null,
    logs: ["START"],
  });
  expect(text).toContain('"result":{"n":12345678901234567890}');
  const [invocation, event, options] = api.calls[0] ?? [];
  expect(invocation).toMatchObject({ tenant: "default", function: "hello", qualifier: "$LATEST", source: "api" });
  expect([event, options]).toEqual(['{"a":1}', { logs: true }]);
});

test("an empty body is the empty event, and an empty payload is null", async () => {
  api.answerCalls(() => ({ kind: "result", head: { version: "1" }, payload: Buffer.alloc(0) }));
  const { body } = await send(api, "POST", INVOCATIONS);
  expect(body).toMatchObject({ ok: true, result: null, logs: [] });
  expect(api.calls[0]?.[1]).toBe("{}");
});

test("a failed function is an answer, not an error of the API", async () => {
  const error = { errorType: "TypeError", errorMessage: "no", trace: ["TypeError: no"], explanation: "why" };
  api.answerCalls(() => ({ kind: "result", head: { version: "1", error }, payload: Buffer.alloc(0) }));
  const { status, body } = await send(api, "POST", INVOCATIONS, { body: "{}" });
  expect([status, body]).toMatchObject([200, { ok: false, result: null, error }]);
});

test("a refused call answers the refusal and when to try again", async () => {
  api.answerCalls(() => ({ kind: "refused", error: new PlatformError("Capacity.Exhausted") }));
  const { status, headers, body } = await send(api, "POST", INVOCATIONS, { body: "{}" });
  expect([status, body, headers.get("retry-after")]).toMatchObject([
    429,
    { error: { code: "Capacity.Exhausted" } },
    "1",
  ]);
});

test("an asynchronous call answers once the event is queued, and its state can be read", async () => {
  const { status, body } = await send(api, "POST", `${INVOCATIONS}?mode=async`, { body: '{"a":1}' });
  expect(status).toBe(202);
  const { invocationId } = COMPONENTS.InvocationAccepted.parse(body);
  const state = COMPONENTS.InvocationStatus.parse((await send(api, "GET", `${INVOCATIONS}/${invocationId}`)).body);
  expect(state).toMatchObject({ id: invocationId, state: "queued", acceptedAt: api.clock });
  const depth = COMPONENTS.QueueDepth.parse((await send(api, "GET", "/functions/hello/queue")).body);
  expect(depth.waiting).toBe(1);
  const unknown = await send(api, "GET", `${INVOCATIONS}/nope`);
  expect([unknown.status, unknown.body]).toMatchObject([404, { error: { code: "Invocation.NotFound" } }]);
});

test("unknown functions and versions are told apart, and nothing is queued for them", async () => {
  for (const mode of ["sync", "async"]) {
    const noFunction = await send(api, "POST", `/functions/nope/invocations?mode=${mode}`, { body: "{}" });
    expect([noFunction.status, noFunction.body]).toMatchObject([404, { error: { code: "Function.NotFound" } }]);
    const noVersion = await send(api, "POST", `${INVOCATIONS}?mode=${mode}&qualifier=7`, { body: "{}" });
    expect([noVersion.status, noVersion.body]).toMatchObject([404, { error: { code: "Function.VersionNotFound" } }]);
  }
  expect(await api.queue.activeFunctions()).toEqual([]);
  expect(api.calls).toEqual([]);
});

test("malformed JSON is refused with its place, in both modes", async () => {
  for (const mode of ["sync", "async"]) {
    const { status, body } = await send(api, "POST", `${INVOCATIONS}?mode=${mode}`, { body: '{\n "a": nope}' });
    const { error } = COMPONENTS.ErrorBody.parse(body);
    expect([status, error.code]).toEqual([400, "Request.InvalidJson"]);
    expect(error.message).toContain("line 2, column 7");
    expect(error.details).toEqual({ line: 2, column: 7, offset: 8 });
  }
  const notUtf8 = await send(api, "POST", INVOCATIONS, { body: new Uint8Array([0x22, 0xff, 0x22]) });
  expect(notUtf8.body).toMatchObject({ error: { code: "Request.InvalidJson" } });
});

test("a body over its mode's limit is 413, at the limit it is taken", async () => {
  const event = (bytes: number): string => `"${"x".repeat(bytes - 2)}"`;
  const asyncLimit = LIMITS.asyncPayloadBytesMax;
  expect((await send(api, "POST", `${INVOCATIONS}?mode=async`, { body: event(asyncLimit) })).status).toBe(202);
  const over = await send(api, "POST", `${INVOCATIONS}?mode=async`, { body: event(asyncLimit + 1) });
  expect([over.status, over.body]).toMatchObject([413, { error: { code: "Request.TooLarge" } }]);
  expect((await send(api, "POST", INVOCATIONS, { body: event(LIMITS.payloadBytesMax) })).status).toBe(200);
  expect((await send(api, "POST", INVOCATIONS, { body: event(LIMITS.payloadBytesMax + 1) })).status).toBe(413);
});

test("a body of unannounced length is stopped at the limit as well", async () => {
  const chunk = new TextEncoder().encode("x".repeat(256 * 1024));
  const stream = new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
  // The gateway answers while the body still comes; the client may see either the answer or the closed connection.
  const outcome = await fetch(`${api.endpoint}/api/v1${INVOCATIONS}?mode=async`, {
    method: "POST",
    headers: { authorization: `Bearer ${api.token}` },
    body: stream,
    duplex: "half",
  }).then(
    (response) => response.status,
    () => "closed",
  );
  expect([413, "closed"]).toContain(outcome);
  expect((await api.queue.depth({ tenant: "default", name: "hello" })).waiting).toBe(0);
});

test("a compressed body is refused", async () => {
  const { status } = await send(api, "POST", INVOCATIONS, { body: "{}", headers: { "content-encoding": "gzip" } });
  expect(status).toBe(415);
});
