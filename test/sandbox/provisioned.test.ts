import type { ProvisionReport, VersionSpec } from "@sluice/sandbox";
import { eventually } from "../support/eventually.ts";
import { TrialPool, valueOf } from "./trial-pool.ts";

/** Takes a while to load, and tells environments apart. */
const CODE = `
const began = Date.now(); while (Date.now() - began < 100) {}
const id = Math.random();
exports.handler = async ({ ms = 0 }) => {
  if (ms > 0) await new Promise((r) => setTimeout(r, ms));
  return [id, process.env.AWS_LAMBDA_INITIALIZATION_TYPE];
};`;
const PROVISIONED = "provisioned-concurrency";

let trial: TrialPool;
afterEach(() => trial.pool.stop());

function reportOf(version: VersionSpec): ProvisionReport | undefined {
  return trial.pool.provisioned().get(version.key);
}

async function provision(version: VersionSpec, wanted: number): Promise<void> {
  trial.pool.provision([{ version, wanted }]);
  await eventually(
    async () => reportOf(version)?.ready,
    (ready) => ready === wanted,
  );
}

test("environments are there before the first call, which is no cold start; calls beyond them are", async () => {
  trial = await TrialPool.start();
  const version = trial.define({ code: CODE });
  await provision(version, 2);
  expect(reportOf(version)).toEqual({ wanted: 2, allocated: 2, ready: 2 });
  const first = await trial.run(version);
  expect([first.initMs, (valueOf(first) as string[])[1]]).toEqual([null, PROVISIONED]);
  const results = await Promise.all([1, 2, 3].map(() => trial.run(version, { ms: 300 })));
  const kinds = results.map((result) => (valueOf(result) as string[])[1]);
  expect(kinds.filter((kind) => kind === PROVISIONED)).toHaveLength(2);
  expect(results.filter(({ initMs }) => initMs !== null)).toHaveLength(1);
});

test("they outlive idleness, and go when nobody asks for them any more", async () => {
  trial = await TrialPool.start({ idleMs: 1_000 });
  const [version, other] = [trial.define({ code: CODE }), trial.define({ code: CODE })];
  await provision(version, 1);
  await trial.run(other);
  await eventually(
    async () => trial.pool.stats.isolates,
    (isolates) => isolates === 1,
  );
  expect(valueOf(await trial.run(version))).toEqual([expect.any(Number), PROVISIONED]);
  trial.pool.provision([]);
  await eventually(
    async () => trial.pool.stats.isolates,
    (isolates) => isolates === 0,
  );
  expect(trial.pool.provisioned().size).toBe(0);
});

test("they are made again when their cell dies", async () => {
  trial = await TrialPool.start();
  const version = trial.define({ code: CODE });
  await provision(version, 2);
  const before = trial.pool.pids();
  for (const pid of before) process.kill(pid, "SIGKILL");
  await eventually(
    async () => [trial.pool.pids().some((pid) => before.includes(pid)), reportOf(version)?.ready],
    ([old, ready]) => old === false && ready === 2,
  );
  expect((await trial.run(version)).initMs).toBeNull();
});

test("what there is no room for is said: isolates and memory of a cell, and half of the cells", async () => {
  trial = await TrialPool.start({ maxCells: 4, isolatesPerCell: 4, cellMemoryMb: 512 });
  const [small, large] = [trial.define({ code: CODE }), trial.define({ code: CODE, memoryMb: 500 })];
  trial.pool.provision([{ version: large, wanted: 1 }]);
  trial.pool.provision([
    { version: large, wanted: 1 },
    { version: small, wanted: 5 },
  ]);
  await eventually(
    async () => [reportOf(large)?.ready, reportOf(small)?.ready],
    ([one, two]) => one === 1 && two === 2,
  );
  expect(reportOf(small)).toEqual({
    wanted: 5,
    allocated: 2,
    ready: 2,
    reason: "There is no room for 3 of 5 environments.",
  });
  expect(valueOf(await trial.run(trial.define({ code: CODE, tenant: "other" })))).toEqual([
    expect.any(Number),
    "on-demand",
  ]);
});

test("why a module does not load is said, and nobody else suffers from it", async () => {
  trial = await TrialPool.start();
  const [broken, greedy, fine] = [
    trial.define({ code: "null.x;" }),
    trial.define({ code: "const a = []; for (;;) a.push(new Array(1e5).fill(a.length));" }),
    trial.define({ code: CODE }),
  ];
  trial.pool.provision([broken, greedy, fine].map((version) => ({ version, wanted: 1 })));
  const reasons = await eventually(
    async () => [reportOf(broken)?.reason ?? "", reportOf(greedy)?.reason ?? "", reportOf(fine)?.ready] as const,
    ([one, two, ready]) => one !== "" && two !== "" && ready === 1,
  );
  expect(reasons[0]).toMatch(/^TypeError: /);
  expect(reasons[1]).not.toBe("");
  expect((await trial.run(fine)).error).toBeNull();
});
