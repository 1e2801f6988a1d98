import { isDeepStrictEqual } from "node:util";
import { Gauntlet } from "./gauntlet.ts";
import { endlessPrograms } from "./programs/endless.ts";
import { escapingPrograms } from "./programs/escaping.ts";
import { greedyPrograms } from "./programs/greedy.ts";
import { type Program, TIMED_OUT } from "./programs/program.ts";
import { valueOf } from "./trial-pool.ts";

const programs = [...endlessPrograms, ...greedyPrograms, ...escapingPrograms];
const table = (list: readonly Program[]): [string, Program][] => list.map((program) => [program.name, program]);

let gauntlet: Gauntlet;

beforeAll(async () => {
  gauntlet = await Gauntlet.run(programs);
}, 300_000);

afterAll(async () => {
  await gauntlet.trial.pool.stop();
});

/** Null, or what is wrong with how a program ended. What the guest threw itself is explained by its own message. */
function faultOf(program: Program): string | null {
  const { result } = gauntlet.of(program);
  const { ends } = program;
  if ("value" in ends) {
    if (result.error !== null) return `${result.error.errorType}: ${result.error.errorMessage}`;
    return isDeepStrictEqual(valueOf(result), ends.value) ? null : result.payload.toString();
  }
  const { errorType, explanation = "" } = result.error ?? { errorType: "no error" };
  if (!ends.in.includes(errorType)) return errorType;
  const isOurs = errorType.includes(".");
  return ends.saying === undefined || !isOurs || ends.saying.test(explanation) ? null : explanation;
}

describe("a program that does not end is ended at its own deadline, and the error says what it did", () => {
  test.each(table(endlessPrograms))("%s", (_name, program) => {
    expect(faultOf(program)).toBeNull();
    const { durationMs, error } = gauntlet.of(program).result;
    expect(error?.errorType).toBe(TIMED_OUT);
    // Not before its time; and after it because of it, as nothing else would have ended it.
    expect(durationMs).toBeGreaterThanOrEqual(program.timeoutMs ?? 0);
  });
});

describe("a program that takes all memory is ended, and the error names the limit", () => {
  test.each(table(greedyPrograms))("%s", (_name, program) => {
    expect(faultOf(program)).toBeNull();
  });
});

describe("a program that tries to get out, or answers with a trap, gets nowhere", () => {
  test.each(table(escapingPrograms))("%s", (_name, program) => {
    expect(faultOf(program)).toBeNull();
  });
});

test("no call of a neighbour failed or got another's answer", () => {
  for (const program of programs) {
    const { answers, expected } = gauntlet.of(program);
    expect([program.name, answers.toSorted()]).toEqual([program.name, expected.toSorted()]);
  }
});

test("what was logged is bounded, and forged lines stay inside their own", () => {
  const logsOf = (name: string): readonly string[] =>
    gauntlet.of(programs.find((one) => one.name === name) as Program).result.logs.map(([, , message]) => message);
  expect(logsOf("log lines without end").reduce((sum, message) => sum + message.length, 0)).toBeLessThan(300_000);
  expect(logsOf("log lines that forge others")).toHaveLength(2);
});

test("afterwards the pool serves, with no more processes than it may have and no more memory than before", async () => {
  const { trial } = gauntlet;
  const after = trial.define({ code: "exports.handler = async ({ n }) => n + 1;" });
  expect(valueOf(await trial.run(after, { n: 41 }))).toBe(42);
  expect(trial.pool.pids().length).toBeLessThanOrEqual(8);
  expect(gauntlet.growthMb).toBeLessThan(64);
});
