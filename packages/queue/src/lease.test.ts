import { randomUUID } from "node:crypto";
import type { Claim, InvocationConsumer, InvocationQueue, Verdict } from "@sluice/core";
import { Redis } from "ioredis";
import { createBullConsumer } from "./bull-consumer.ts";
import { createBullQueue } from "./bull-queue.ts";
import type { QueueNotice } from "./notice.ts";
import { connectQueueRedis, type QueueRedis } from "./queue-redis.ts";
import { ChildLane } from "./testing/child-lane.ts";
import { FN, invocationOf } from "./testing/events.ts";
import { RedisServer } from "./testing/redis-server.ts";
import { until } from "./testing/until.ts";

const DONE: Verdict = { kind: "complete", result: '"done"' };
const LATE = { errorType: "Late", errorMessage: "late" };
let server: RedisServer;
let operator: Redis;
let redis: QueueRedis;
let prefix: string;
let queue: InvocationQueue;
const notices: QueueNotice[] = [];
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await RedisServer.start();
  operator = new Redis(server.url.slice("unix:".length));
});
afterAll(async () => {
  operator.disconnect();
  await server.stop();
});
beforeEach(() => {
  prefix = randomUUID();
  notices.length = 0;
  redis = connectQueueRedis(server.url, { onNotice: (notice) => notices.push(notice) });
  queue = createBullQueue({ redis, prefix });
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await queue.stop();
});

async function consume(handle: (claim: Claim) => Promise<Verdict>, capacity = 1): Promise<InvocationConsumer> {
  const consumer = createBullConsumer({
    redis,
    prefix,
    lockDurationMs: 500,
    stalledIntervalMs: 100,
    capacity,
    concurrencyOf: async () => null,
    handle,
  });
  cleanups.push(() => consumer.drain(5_000));
  await consumer.start();
  return consumer;
}

async function untilCompleted(id: string): Promise<void> {
  await until("it is completed", async () => (await queue.find(FN, id))?.state === "completed");
}

test("an event held by a killed process runs again, tagged, without an attempt spent", async () => {
  const child = new ChildLane("hold", server.url, prefix);
  cleanups.push(() => child.kill());
  const invocation = invocationOf();
  await queue.enqueue(invocation);
  await child.says("claimed");
  expect((await queue.find(FN, invocation.id))?.state).toBe("running");
  await child.kill();
  const claims: Claim[] = [];
  await consume(async (claim) => {
    claims.push(claim);
    if (claims.length === 1) {
      return { kind: "retry", delayMs: 0, error: { errorType: "Error", errorMessage: "no" } };
    }
    return DONE;
  });
  await untilCompleted(invocation.id);
  expect(claims).toMatchObject([
    { attempt: 1, redelivered: true, dueAt: invocation.acceptedAt },
    { attempt: 2, redelivered: false },
  ]);
  expect(notices).toContainEqual(expect.objectContaining({ kind: "stalled", function: "default.thumbnails" }));
});

function loseLease({ invocation }: Claim): Promise<number> {
  return operator.del(`${prefix}:{default.thumbnails}:${invocation.id}:lock`);
}

test("leases lost again and again never dead-letter an event", async () => {
  const invocation = invocationOf();
  await queue.enqueue(invocation);
  const losses = 4;
  const claims: Claim[] = [];
  const gate = Promise.withResolvers<void>();
  const handle = async (claim: Claim): Promise<Verdict> => {
    claims.push(claim);
    if (claims.length > losses) return DONE;
    await loseLease(claim);
    await gate.promise;
    return { kind: "dead-letter", reason: "RetriesExhausted", error: LATE };
  };
  for (let consumers = 0; consumers <= losses; consumers++) await consume(handle);
  cleanups.push(async () => gate.resolve());
  await untilCompleted(invocation.id);
  expect(claims.map(({ attempt }) => attempt)).toEqual(Array(losses + 1).fill(1));
  expect(claims.map(({ redelivered }) => redelivered)).toEqual([false, ...Array(losses).fill(true)]);
});

test.each<Verdict>([
  { kind: "complete", result: '"late"' },
  { kind: "retry", delayMs: 0, error: LATE },
  { kind: "retry", delayMs: 10, error: LATE },
  { kind: "dead-letter", reason: "RetriesExhausted", error: LATE },
  { kind: "release", delayMs: 0 },
  { kind: "release", delayMs: 10 },
])("a late verdict after a lost lease is discarded, and a notice says so: %j", async (late) => {
  const invocation = invocationOf();
  await queue.enqueue(invocation);
  const second = Promise.withResolvers<void>();
  let runs = 0;
  let firstEnded = false;
  const handle = async (claim: Claim): Promise<Verdict> => {
    runs += 1;
    if (runs > 1) {
      await second.promise;
      return DONE;
    }
    await loseLease(claim);
    await until("it runs elsewhere", () => runs > 1);
    // Before that, a notice says that its lease could not be extended.
    notices.length = 0;
    firstEnded = true;
    return late;
  };
  await consume(handle);
  await consume(handle);
  cleanups.push(async () => second.resolve());
  await until("the late verdict is refused", () => firstEnded && notices.some(({ kind }) => kind === "lease-lost"));
  expect((await queue.find(FN, invocation.id))?.state).toBe("running");
  second.resolve();
  await untilCompleted(invocation.id);
  expect(await queue.find(FN, invocation.id)).toMatchObject({ attempts: 1, result: '"done"', error: null });
  expect(runs).toBe(2);
});

test("an event that comes back to the consumer that still runs it is not run twice", async () => {
  const invocation = invocationOf();
  await queue.enqueue(invocation);
  let runs = 0;
  await consume(async (claim) => {
    runs += 1;
    await loseLease(claim);
    await until("it went back", () => notices.some(({ kind }) => kind === "stalled"));
    await until("it was claimed again", async () => (await queue.find(FN, invocation.id))?.state === "running");
    return DONE;
  }, 4);
  await untilCompleted(invocation.id);
  expect(runs).toBe(1);
  expect(await queue.find(FN, invocation.id)).toMatchObject({ attempts: 1, result: '"done"' });
});

test("a handler that throws against its contract costs the event nothing", async () => {
  const invocation = invocationOf();
  await queue.enqueue(invocation);
  const claims: Claim[] = [];
  await consume(async (claim) => {
    claims.push(claim);
    if (claims.length === 1) throw new Error("defect");
    return DONE;
  });
  await untilCompleted(invocation.id);
  expect(claims.map(({ attempt }) => attempt)).toEqual([1, 1]);
  expect(notices).toContainEqual(expect.objectContaining({ kind: "fault" }));
});
