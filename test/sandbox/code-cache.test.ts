import { TrialPool, valueOf } from "./trial-pool.ts";

let trial: TrialPool;

beforeAll(async () => {
  trial = await TrialPool.start();
});

afterAll(() => trial.pool.stop());

/** Large enough for a code cache; half of its functions run when it is loaded. */
const CODE = `
const rules = [];
${Array.from({ length: 400 }, (_, n) => `rules.push({ name: "rule ${n} of many", apply: (value) => value + ${n} });`).join("\n")}
for (let n = 0; n < rules.length; n += 2) rules[n].apply(n);
function failing() { throw new RangeError("no"); }
exports.handler = async ({ n, ms = 0, fail }) => {
  await new Promise((done) => setTimeout(done, ms));
  if (fail) failing();
  return rules[n].apply(1000);
};`;

test("every further isolate of a version does as the first did, down to the places in its traces", async () => {
  const version = trial.define({ code: CODE });
  const first = await trial.run(version, { n: 1 });
  expect([valueOf(first), first.initMs === null]).toEqual([1_001, false]);
  const failure = await trial.run(version, { n: 0, fail: true });
  const slow = Array.from({ length: 4 }, (_, n) => trial.run(version, { n, ms: 400 }));
  const failures = Array.from({ length: 4 }, () => trial.run(version, { n: 0, ms: 400, fail: true }));
  const answers = await Promise.all(slow);
  expect(answers.map(valueOf)).toEqual([1_000, 1_001, 1_002, 1_003]);
  const failed = await Promise.all(failures);
  expect([...answers, ...failed].filter(({ initMs }) => initMs !== null).length).toBeGreaterThan(3);
  for (const { error } of failed) expect(error).toEqual(failure.error);
});

test("versions with code of the same length do not get one another's", async () => {
  const one = trial.define({ name: "twin", code: CODE });
  const other = trial.define({ name: "other-twin", code: CODE.replaceAll("value +", "value -") });
  await trial.run(one, { n: 1 });
  await trial.run(other, { n: 1 });
  const both = [one, other].flatMap((version) => [1, 2, 3].map((n) => trial.run(version, { n, ms: 300 })));
  expect((await Promise.all(both)).map(valueOf)).toEqual([1_001, 1_002, 1_003, 999, 998, 997]);
});

test("calls of the host that are answered together each get their own answer, in their order", async () => {
  const answering = await TrialPool.start({
    broker: async ({ text }) => ({ ok: true, text: JSON.stringify({ value: text }) }),
  });
  try {
    const version = answering.define({
      code: `const { kv } = require("sluice");
        exports.handler = async () => {
          const order = [];
          const all = await Promise.all(Array.from({ length: 200 }, async (_, n) => { const got = await kv.get("k" + n); order.push(n); return JSON.parse(got).key === "k" + n; }));
          return [all.every(Boolean), order.every((n, at) => n === at)];
        };`,
    });
    expect(valueOf(await answering.run(version))).toEqual([true, true]);
  } finally {
    await answering.pool.stop();
  }
});
