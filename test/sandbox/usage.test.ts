import { TrialPool, valueOf } from "./trial-pool.ts";

let trial: TrialPool;
beforeAll(async () => {
  trial = await TrialPool.start();
});
afterAll(() => trial.pool.stop());

test("process says what the isolate's memory is once it grew, and what processor time it took", async () => {
  const code = `
    const MIB = 1024 * 1024;
    let kept;
    exports.handler = async () => {
      const grown = async (enough) => {
        for (;;) {
          const now = process.memoryUsage();
          if (enough(now)) return now;
          await new Promise((done) => setTimeout(done, 1));
        }
      };
      const before = await grown(({ heapUsed }) => heapUsed > 0);
      kept = [new Uint8Array(8 * MIB), Array.from({ length: 300_000 }, (_, n) => ({ n }))];
      const after = await grown(({ external, heapUsed }) => external >= before.external + 8 * MIB && heapUsed > before.heapUsed + 4 * MIB);
      for (let sum = 0; process.cpuUsage().user < 20_000; ) sum += kept[1].length;
      const [, ...fields] = Object.entries(after).filter(([, bytes]) => bytes > 0).map(([name]) => name);
      return { fields, whole: after.rss === after.heapTotal + after.external, below: after.heapUsed <= after.heapTotal };
    };`;
  expect(valueOf(await trial.run(trial.define({ code, memoryMb: 128 })))).toEqual({
    fields: ["heapTotal", "heapUsed", "external", "arrayBuffers"],
    whole: true,
    below: true,
  });
});

test("a guest that asks without end is neither refused nor a burden to others", async () => {
  const asking = trial.define({
    code: "exports.handler = async () => { for (let n = 0; n < 20_000; n++) process.memoryUsage(); return 1; };",
    timeoutMs: 30_000,
  });
  const calm = trial.define({ code: "exports.handler = async () => 2;" });
  const results = await Promise.all([trial.run(asking), trial.run(calm), trial.run(calm)]);
  expect(results.map(valueOf)).toEqual([1, 2, 2]);
  expect(trial.restarts).toEqual([]);
});
