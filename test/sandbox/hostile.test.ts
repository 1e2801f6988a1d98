import type { RunResult, VersionSpec } from "@sluice/sandbox";
import { TrialPool } from "./trial-pool.ts";

const TIMEOUT_MS = 400;
/** Past its deadline a run may take the kill's grace, and what a shared machine adds. */
const PATIENCE_MS = 1_500;

const TIMED_OUT = "Sandbox.Timedout";
const OUT_OF_MEMORY = "Runtime.OutOfMemory";
const EXITED = "Runtime.ExitError";

let trial: TrialPool;
let neighbour: VersionSpec;

beforeAll(async () => {
  trial = await TrialPool.start();
  neighbour = trial.define({ name: "neighbour", code: "exports.handler = async ({ n }) => n + 1;" });
  await trial.run(neighbour, { n: 0 });
});

afterAll(() => {
  trial.pool.stop();
});

/** Runs a program while its neighbour is called without a pause; every call of the neighbour's must succeed. */
async function runBeside(version: VersionSpec): Promise<{ readonly result: RunResult; readonly elapsedMs: number }> {
  const state = { over: false };
  const began = performance.now();
  const hostile = trial.run(version).finally(() => {
    state.over = true;
  });
  const answers: string[] = [];
  const expected: string[] = [];
  for (let n = 0; !state.over || n === 0; n++) {
    const { payload, error } = await trial.run(neighbour, { n });
    answers.push(error === null ? payload.toString() : error.errorType);
    expected.push(String(n + 1));
  }
  const result = await hostile;
  const elapsedMs = performance.now() - began;
  expect(answers).toEqual(expected);
  return { result, elapsedMs };
}

describe("a program that does not end is stopped at its deadline, and its neighbour does not notice", () => {
  test.each([
    ["a busy loop", "exports.handler = () => { for (;;); }"],
    ["a loop in finally", "exports.handler = () => { try { for (;;); } finally { for (;;); } }"],
    ["a catastrophic regular expression", "exports.handler = () => /^(a+)+$/.test('a'.repeat(60) + 'b')"],
    ["a promise that never settles", "exports.handler = () => new Promise(() => {})"],
    ["a loop of microtasks", "exports.handler = async () => { for (;;) await null; }"],
    ["a loop after an await", "exports.handler = async () => { await null; for (;;); }"],
    [
      "a loop after a timer",
      "exports.handler = async () => { await new Promise((r) => setTimeout(r, 20)); for (;;); }",
    ],
    ["a thenable whose then loops", "exports.handler = async () => ({ then() { for (;;); } })"],
    [
      "a thrown object whose getter loops",
      "exports.handler = () => { throw { get message() { for (;;); }, get stack() { for (;;); } }; }",
    ],
    ["arithmetic on huge integers", "exports.handler = () => { let x = 3n ** (2n ** 22n); for (;;) x *= x; }"],
  ])("%s", async (_what, code) => {
    const { result, elapsedMs } = await runBeside(trial.define({ code, timeoutMs: TIMEOUT_MS }));
    expect(result.error?.errorType).toBe(TIMED_OUT);
    expect(elapsedMs).toBeLessThan(TIMEOUT_MS + PATIENCE_MS);
  });

  test("top-level code that loops is stopped at the init deadline", async () => {
    const { result } = await runBeside(trial.define({ code: "for (;;);", initTimeoutMs: TIMEOUT_MS }));
    expect(result.error).toMatchObject({ errorType: TIMED_OUT, errorMessage: "Init timed out after 0.40 seconds" });
  });
});

describe("a program that takes all memory is ended, and its neighbour does not notice", () => {
  test.each([
    ["growing objects", "exports.handler = () => { const a = []; for (;;) a.push({ x: Math.random() }); }"],
    ["growing arrays", "exports.handler = () => { const a = []; for (;;) a.push(new Array(1000).fill(1)); }"],
    ["a huge string cut in characters", "exports.handler = () => 'a'.repeat(2 ** 28).split('').length"],
    [
      "resizable buffers",
      "exports.handler = () => { const a = []; for (;;) { const b = new ArrayBuffer(1, { maxByteLength: 2 ** 26 }); b.resize(2 ** 26); new Uint8Array(b).fill(1); a.push(b); } }",
    ],
    [
      "WebAssembly memories",
      "exports.handler = () => { const a = []; for (;;) { const m = new WebAssembly.Memory({ initial: 512 }); new Uint8Array(m.buffer).fill(1); a.push(m); } }",
    ],
  ])("%s", async (_what, code) => {
    const { result } = await runBeside(trial.define({ code, timeoutMs: 3_000 }));
    // Where the engine counts the memory the guest gets a RangeError of its own; where it aborts, the process goes.
    expect([OUT_OF_MEMORY, EXITED, "RangeError"]).toContain(result.error?.errorType);
  });
});

describe("a program that fails has an error with a stable name, and its neighbour does not notice", () => {
  test.each([
    ["a thrown error", "exports.handler = () => { throw new TypeError('no'); }", "TypeError"],
    ["a thrown null", "exports.handler = () => { throw null; }", "null"],
    ["a thrown symbol", "exports.handler = () => { throw Symbol('s'); }", "symbol"],
    [
      "a thrown proxy that throws",
      "exports.handler = () => { throw new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 1; } }); }",
      "object",
    ],
    ["a result that is too large", "exports.handler = () => 'x'.repeat(7 * 2 ** 20)", "Function.ResponseSizeTooLarge"],
    ["a result in a circle", "exports.handler = () => { const a = {}; a.a = a; return a; }", "Runtime.MarshalError"],
    ["top-level code that throws", "throw new RangeError('at the top');", "RangeError"],
    ["a syntax error", "exports.handler = (", "Runtime.UserCodeSyntaxError"],
    ["a missing handler", "exports.other = () => 1;", "Runtime.HandlerNotFound"],
    ["process.exit", "exports.handler = () => { process.exit(0); }", EXITED],
    [
      "a rejection that nobody handles",
      "exports.handler = () => { Promise.reject(new Error('lost')); return new Promise(() => {}); }",
      "Runtime.UnhandledPromiseRejection",
    ],
  ])("%s", async (_what, code, errorType) => {
    const { result } = await runBeside(trial.define({ code, timeoutMs: 2_000 }));
    expect(result.error?.errorType).toBe(errorType);
  });
});

describe("a flood is bounded, and its neighbour does not notice", () => {
  test("of log lines", async () => {
    const code =
      "exports.handler = () => { for (let n = 0; n < 50_000; n++) console.log('x'.repeat(100), n); return 1; }";
    const { result } = await runBeside(trial.define({ code }));
    expect(result.error).toBeNull();
    const written = result.logs.reduce((sum, [, , message]) => sum + message.length, 0);
    expect(written).toBeLessThan(300_000);
  });

  test("of timers", async () => {
    const code = "exports.handler = () => { for (;;) setTimeout(() => {}, 60_000); }";
    const { result } = await runBeside(trial.define({ code, timeoutMs: 2_000 }));
    expect([TIMED_OUT, "RangeError", "Error"]).toContain(result.error?.errorType);
  });

  test("of host calls", async () => {
    const code = "exports.handler = async () => { for (;;) fetch('http://example.test/').catch(() => {}); }";
    const { result } = await runBeside(trial.define({ code, timeoutMs: TIMEOUT_MS }));
    expect(result.error).not.toBeNull();
  });
});

test("after all of them the pool still serves, with no more processes than it may have", async () => {
  expect((await trial.run(neighbour, { n: 41 })).payload.toString()).toBe("42");
  expect(trial.pool.pids().length).toBeLessThanOrEqual(6);
});
