import { DEFAULT_TENANT, type FunctionRecord, provisionedStatus, type ProvisionedStatus } from "@sluice/core";
import { connectRedis, createRedisStores, type Stores } from "@sluice/store";
import { eventually } from "../support/eventually.ts";
import { Stack } from "../support/stack.ts";

const CODE = `
const { setTimeout: pause } = require("node:timers/promises");
const until = Date.now() + 300; while (Date.now() < until) {}
exports.handler = async () => { await pause(200); return [process.env.AWS_LAMBDA_INITIALIZATION_TYPE, process.env.AWS_LAMBDA_LOG_STREAM_NAME]; };`;
const REQUESTED = 4;

let stack: Stack;
let redis: ReturnType<typeof connectRedis>;
let stores: Stores;
beforeAll(async () => {
  stack = await Stack.start({ workers: 2 });
  redis = connectRedis(stack.redis.url, { name: "test", onError: () => undefined });
  stores = createRedisStores({ redis });
});
afterAll(async () => {
  await stores?.stop();
  redis?.disconnect();
  await stack.stop();
});

/** What an API operation will do. */
async function provision(name: string, requested: number): Promise<void> {
  const ref = { tenant: DEFAULT_TENANT, name };
  const now = Date.now();
  await stores.registry.change(ref, (record) => {
    const { settings } = record as FunctionRecord;
    const live = { name: "live", version: "1", description: "", weights: {}, revisionId: "r" };
    const provisioned = requested === 0 ? {} : { live: { requested, updatedAt: now } };
    return { now, aliases: { live }, settings: { ...settings, provisioned } };
  });
}

async function statusOf(name: string): Promise<ProvisionedStatus | undefined> {
  const record = await stores.registry.getFunction({ tenant: DEFAULT_TENANT, name });
  return record && provisionedStatus(record, "live", await stores.workers.list());
}

async function becomes(name: string, status: ProvisionedStatus["status"]): Promise<ProvisionedStatus | undefined> {
  return await eventually(
    () => statusOf(name),
    (found) => found?.status === status,
  );
}

test("calls of a provisioned alias never wait for an initialisation; workers share, and take over from one another", async () => {
  await stack.deploy("slow", CODE, { timeoutMs: 10_000 });
  await provision("slow", REQUESTED);
  expect(await becomes("slow", "READY")).toEqual({
    status: "READY",
    requested: REQUESTED,
    available: REQUESTED,
    allocated: REQUESTED,
  });
  const shares = (await stores.workers.list()).map(({ provisioned = {} }) => provisioned["default.slow@1"]?.ready);
  expect(shares).toEqual([2, 2]);

  const client = await stack.client();
  const call = () => client.invoke({ name: "slow", qualifier: "live", logs: true });
  const answers = await Promise.all(Array.from({ length: REQUESTED }, call));
  for (const { logs } of answers) expect(logs.join("\n")).not.toContain("Init Duration");
  expect(answers[0]?.logs.join("\n")).toContain("REPORT");
  const results = answers.map((answer) => (answer.ok ? (answer.result as string[]) : []));
  expect(results.map(([kind]) => kind)).toEqual(Array(REQUESTED).fill("provisioned-concurrency"));
  expect(new Set(results.map(([, stream]) => stream)).size).toBe(2);

  const cold = await client.invoke({ name: "slow", logs: true });
  expect(cold.logs.join("\n")).toContain("Init Duration");

  await stack.workers[1]?.kill();
  await eventually(
    async () => (await stores.workers.list()).map(({ provisioned = {} }) => provisioned["default.slow@1"]?.ready),
    (ready) => ready.length === 1 && ready[0] === REQUESTED,
  );
  expect((await statusOf("slow"))?.status).toBe("READY");

  await provision("slow", 0);
  await eventually(
    async () => (await stores.workers.list())[0]?.provisioned,
    (provisioned) => Object.keys(provisioned ?? {}).length === 0,
  );
});

test("a version that cannot be initialised has failed, and the reason is there", async () => {
  await stack.deploy("broken", "throw new TypeError('nothing to serve with');", {});
  await provision("broken", 1);
  expect(await becomes("broken", "FAILED")).toMatchObject({
    available: 0,
    reason: "TypeError: nothing to serve with",
  });
});
