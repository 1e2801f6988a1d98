import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { RunResult } from "@sluice/sandbox";
import { eventually } from "../support/eventually.ts";
import { TrialPool, valueOf } from "./trial-pool.ts";

const SLOW = "exports.handler = async ({ n, ms }) => { await new Promise((r) => setTimeout(r, ms)); return n; };";

let trial: TrialPool;

beforeEach(async () => {
  trial = await TrialPool.start();
});

afterEach(async () => {
  await trial.pool.stop();
});

function runMany(code: string, count: number, ms: number): Promise<RunResult[]> {
  const version = trial.define({ code });
  return Promise.all(Array.from({ length: count }, (_, n) => trial.run(version, { n, ms })));
}

test("an isolate runs one invocation at a time, and every call has its own answer", async () => {
  const code = `let running = 0;
    exports.handler = async ({ n }) => {
      running += 1;
      const together = running;
      await null;
      if (n % 7 === 0) await new Promise((r) => setTimeout(r, 2));
      running -= 1;
      return [n, together];
    };`;
  const results = await runMany(code, 200, 0);
  expect(results.map(valueOf)).toEqual(results.map((_, n) => [n, 1]));
});

test("slow calls have isolates of their own; the next call finds one warm", async () => {
  const code = `let calls = 0; ${SLOW.replace("return n;", "return ++calls;")}`;
  const version = trial.define({ code });
  const together = await Promise.all(Array.from({ length: 6 }, () => trial.run(version, { ms: 300 })));
  expect(together.filter(({ initMs }) => initMs !== null).length).toBeGreaterThanOrEqual(3);
  const next = await trial.run(version, { ms: 0 });
  expect(next.initMs).toBeNull();
  expect(valueOf(next)).toBeGreaterThan(1);
});

test("tenants share neither globals nor processes", async () => {
  const code =
    "exports.handler = async () => { const seen = globalThis.mark ?? null; globalThis.mark = 'mine'; return seen; };";
  const a = trial.define({ tenant: "a", name: "same", code });
  const b = trial.define({ tenant: "b", name: "same", code });
  expect(valueOf(await trial.run(a))).toBeNull();
  const withA = new Set(trial.pool.pids());
  expect(valueOf(await trial.run(a))).toBe("mine");
  expect(valueOf(await trial.run(b))).toBeNull();
  await eventually(
    () => trial.pool.pids().length,
    (cells) => cells >= 3,
  );
  expect(trial.pool.pids().some((pid) => !withA.has(pid))).toBe(true);
});

test("runs whose cells are killed from outside begin again and end well", async () => {
  const version = trial.define({ code: SLOW });
  await trial.run(version, { n: 0, ms: 0 });
  const open = Promise.all([1, 2, 3].map((n) => trial.run(version, { n, ms: 400 })));
  await eventually(
    () => trial.pool.stats.isolates,
    (isolates) => isolates >= 3,
  );
  for (const pid of trial.pool.pids()) process.kill(pid, "SIGKILL");
  const results = await open;
  expect(results.map(valueOf)).toEqual([1, 2, 3]);
  // Twice where the spare cell took them over before its own death was noticed.
  for (const { reruns } of results) expect([1, 2]).toContain(reruns);
  expect(trial.restarts).toContainEqual({ tenant: "acme", reason: "crash" });
});

test("a cell that stands still is killed; its run begins again, or is past its deadline if it had begun", async () => {
  const version = trial.define({ code: SLOW, timeoutMs: 500 });
  // The one spare cell of a fresh pool becomes the tenant's.
  const [pid] = trial.pool.pids();
  await trial.run(version, { n: 0, ms: 0 });
  const open = trial.run(version, { n: 1, ms: 400 });
  process.kill(pid ?? 0, "SIGSTOP");
  const { error, reruns } = await open;
  expect(error === null ? reruns : error.errorType).toBe(error === null ? 1 : "Sandbox.Timedout");
  expect(valueOf(await trial.run(version, { n: 2, ms: 0 }))).toBe(2);
});

test("a stream of events that kill their cell costs its neighbours no more than the first, and other tenants nothing", async () => {
  const poison = trial.define({
    code: "exports.handler = () => { let x = 3n ** (2n ** 24n); for (;;) x *= x; };",
    timeoutMs: 200,
  });
  const code = "exports.handler = async ({ n }) => n;";
  const [neighbour, stranger] = [trial.define({ code, timeoutMs: 20_000 }), trial.define({ tenant: "other", code })];
  expect((await trial.run(poison)).error?.errorType).toBe("Sandbox.Timedout");
  for (const warm of [neighbour, stranger]) await trial.run(warm, { n: 0 });
  const state = { over: false };
  const stream = Promise.all(Array.from({ length: 6 }, () => trial.run(poison))).finally(() => {
    state.over = true;
  });
  const calls: RunResult[] = [];
  while (!state.over) {
    calls.push(await trial.run(neighbour, { n: 1 }), await trial.run(stranger, { n: 1 }));
    await pause(10);
  }
  for (const { error } of await stream) expect(error?.errorType).toBe("Sandbox.Timedout");
  expect(calls.length).toBeGreaterThan(2);
  expect(new Set(calls.map(valueOf))).toEqual(new Set([1]));
  expect(calls.filter(({ reruns }) => reruns > 0)).toEqual([]);
});

test("a timer that is due between invocations fires in the next one", async () => {
  const code = `let firedAt = 0;
    exports.handler = async ({ wait }) => {
      if (!wait) setTimeout(() => { firedAt = Date.now(); }, 1);
      else while (firedAt === 0) await new Promise((r) => setTimeout(r, 1));
      return firedAt;
    };`;
  const version = trial.define({ code });
  expect(valueOf(await trial.run(version, { wait: false }))).toBe(0);
  const sentAt = Date.now();
  expect(valueOf(await trial.run(version, { wait: true }))).toBeGreaterThanOrEqual(sentAt);
});

test("a guest sees its function's environment and nothing of ours, and its process has none", async () => {
  const code =
    "exports.handler = async () => [process.env.COLOUR, process.env.HOME ?? null, process.env.PATH ?? null];";
  const version = trial.define({ code, environment: { COLOUR: "blue" } });
  // The path is Lambda's, the same everywhere.
  expect(valueOf(await trial.run(version))).toEqual(["blue", null, "/var/lang/bin:/usr/local/bin:/usr/bin:/bin"]);
  if (process.platform !== "linux") return;
  for (const pid of trial.pool.pids()) {
    const names = readFileSync(`/proc/${pid}/environ`, "latin1")
      .split("\0")
      .flatMap((one) => one.split("=")[0] || []);
    // What a shell sets by itself.
    expect(names.filter((name) => !["PWD", "OLDPWD", "SHLVL", "_"].includes(name))).toEqual([]);
  }
});

test("a pool that has stopped has left no process, whatever ran in it", async () => {
  const run = trial.run(trial.define({ code: "exports.handler = () => { for (;;); };" }));
  await trial.run(trial.define({ code: "exports.handler = () => 1;" }));
  const pids = trial.pool.pids();
  expect(pids.length).toBeGreaterThan(0);
  await trial.pool.stop();
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  expect((await run).error).not.toBeNull();
});
