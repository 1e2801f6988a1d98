import { setTimeout as pause } from "node:timers/promises";
import type { RunResult } from "@sluice/sandbox";
import { TrialPool, valueOf } from "./trial-pool.ts";

/** As many isolates as a worker's cell has, far more than any machine of ours has cores. */
const LOOPS = 64;
const WAIT_MS = 900;

let trial: TrialPool;

beforeAll(async () => {
  trial = await TrialPool.start({ maxCells: 4, isolatesPerCell: LOOPS, spareCells: 2, cellMemoryMb: 1_536 });
});

afterAll(() => trial.pool.stop());

const crowd = () =>
  trial.define({
    code: "exports.handler = async ({ ms }) => { if (ms) await new Promise((done) => setTimeout(done, ms)); else for (;;); };",
    timeoutMs: 1_000,
    memoryMb: 16,
  });

/** Calls another tenant's function until told to stop, and answers how often; every answer must be right. */
async function serveMeanwhile(state: { readonly over: boolean }): Promise<number> {
  const code = "exports.handler = async ({ n }) => n + 1;";
  const neighbour = trial.define({ tenant: "other", name: "neighbour", code, timeoutMs: 20_000 });
  for (let n = 0; ; n++) {
    expect(valueOf(await trial.run(neighbour, { n }))).toBe(n + 1);
    if (state.over) return n + 1;
    await pause(5);
  }
}

async function runAll(version: ReturnType<typeof crowd>): Promise<{ results: readonly RunResult[]; served: number }> {
  const state = { over: false };
  const served = serveMeanwhile(state);
  const results = await Promise.all(Array.from({ length: LOOPS }, () => trial.run(version)));
  state.over = true;
  return { results, served: await served };
}

const endsOf = (results: readonly RunResult[]) => new Set(results.map(({ error }) => error?.errorType));

test("endless loops that begin cold in as many isolates as a cell has all end, and another tenant is served", async () => {
  const { results, served } = await runAll(crowd());
  expect(endsOf(results)).toEqual(new Set(["Sandbox.Timedout"]));
  expect(served).toBeGreaterThan(5);
});

test("so do loops that all run at the same instant, in isolates that are warm", async () => {
  const version = crowd();
  for (let turn = 0; turn < 40 && trial.pool.stats.isolates < LOOPS; turn++) {
    await Promise.all(Array.from({ length: LOOPS }, () => trial.run(version, { ms: WAIT_MS })));
  }
  expect(trial.pool.stats.isolates).toBeGreaterThanOrEqual(LOOPS);
  const { results, served } = await runAll(version);
  expect(endsOf(results)).toEqual(new Set(["Sandbox.Timedout"]));
  expect(results.every(({ durationMs }) => durationMs >= 1_000)).toBe(true);
  expect(served).toBeGreaterThan(1);
});
