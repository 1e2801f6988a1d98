import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunResult, VersionSpec } from "@sluice/sandbox";
import { TrialPool, valueOf } from "./trial-pool.ts";

const PROBE = readFileSync(join(import.meta.dirname, "fixtures/wasi-probe.wasm"));

let trial: TrialPool;
let probe: VersionSpec;

beforeAll(async () => {
  trial = await TrialPool.start();
  probe = define({});
});
afterAll(() => trial.pool.stop());

function define(options: { code?: Uint8Array; memoryMb?: number; timeoutMs?: number }): VersionSpec {
  const { code = PROBE, ...rest } = options;
  return trial.define({ code, runtime: "wasi", environment: { GREETING: "grüezi" }, ...rest });
}

const messagesOf = (result: RunResult): string[] => result.logs.map(([, , message]) => message);

test("a program has its name, its environment, clocks, random bytes and a /tmp of its own, and no other file", async () => {
  const expected = {
    argc: 1,
    argv0: expect.any(String),
    env: "grüezi",
    tmp: "hello tmp!",
    opened: 1,
    random: 1,
    passwd: 0,
    year: 1,
    request: 1,
  };
  expect(valueOf(await trial.run(probe))).toEqual(expected);
  // The second invocation finds nothing of the first.
  expect(valueOf(await trial.run(probe))).toEqual(expected);
});

test("standard output is the result: JSON as it is, other text as a string, nothing as null", async () => {
  expect(valueOf(await trial.run(probe, "text"))).toBe("plain text");
  expect(valueOf(await trial.run(probe, "none"))).toBeNull();
});

test("an exit code other than 0 is an error with the last lines of standard error, which are in the log too", async () => {
  const result = await trial.run(probe, "exit");
  expect(result.error).toMatchObject({
    errorType: "Runtime.ExitError",
    errorMessage: "The program exited with code 3",
    explanation: "Last lines of standard error:\none\ntwo\nlast words",
  });
  expect(messagesOf(result)).toEqual(["one", "two", "last words"]);
});

test.each([
  ["trap", "The program trapped: unreachable", "fall"],
  ["oob", "The program trapped: memory access out of bounds", "__main_void"],
  ["deep", "The program trapped: memory access out of bounds", "depth"],
])("%s is named, with the program's own frames", async (event, message, frame) => {
  const { error } = await trial.run(probe, event);
  expect(error).toMatchObject({ errorType: "Runtime.Trap", errorMessage: message });
  expect(error?.trace.join("\n")).toContain(frame);
  expect(error?.trace.join("\n")).not.toContain("sluice:");
});

test("a program that prints before it traps is quoted", async () => {
  const { error } = await trial.run(probe, "trap");
  expect(error?.explanation).toContain("about to fall");
});

test("sleeping takes its time", async () => {
  expect(valueOf(await trial.run(probe, "sleep"))).toBe(1);
});

test("a program that takes all memory is out of memory, and the next invocation runs", async () => {
  const small = define({ memoryMb: 32 });
  const { error } = await trial.run(small, "hog");
  expect(error).toMatchObject({
    errorType: "Runtime.OutOfMemory",
    explanation: expect.stringContaining("memoryMb 32"),
  });
  expect(valueOf(await trial.run(small, "text"))).toBe("plain text");
  expect(trial.restarts).toEqual([]);
});

test("output is bounded, /tmp is bounded, and a loop ends at the deadline", async () => {
  expect((await trial.run(probe, "flood")).error?.errorType).toBe("Function.ResponseSizeTooLarge");
  const [bytes, noSpace, again] = valueOf(await trial.run(define({ memoryMb: 64 }), "tmpfull")) as number[];
  expect(bytes).toBeLessThanOrEqual(32 * 1024 * 1024);
  expect([noSpace, again]).toEqual([1, 1]);
  expect((await trial.run(define({ timeoutMs: 300 }), "loop")).error?.errorType).toBe("Sandbox.Timedout");
});

test("a sleep past the deadline ends there", async () => {
  expect((await trial.run(define({ timeoutMs: 100 }), "sleep")).error?.errorType).toBe("Sandbox.Timedout");
});

test("a thousand instances leave no memory behind", async () => {
  for (let n = 0; n < 1_000; n++) expect((await trial.run(probe, "none")).error).toBeNull();
  expect(trial.restarts).toEqual([]);
});

// (module (func (export "run")))
const NO_COMMAND = "0061736d01000000010401600000030201000707010372756e00000a040102000b";
// (module (import "env" "log" (func)) (func (export "_start")))
const FOREIGN = "0061736d01000000010401600000020b0103656e76036c6f67000003020100070a01065f737461727400010a040102000b";

test.each([
  ["no command", NO_COMMAND, "it exports no '_start'"],
  ["imports of another host", FOREIGN, "it imports env.log"],
  ["no module", "00010203", "WebAssembly.Module()"],
])("%s is refused with what to do", async (_what, hex, message) => {
  const { error } = await trial.run(define({ code: Buffer.from(hex, "hex") }));
  expect(error?.errorMessage).toContain(message);
});
