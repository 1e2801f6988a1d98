import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { InvocationConsumer, InvocationQueue, Verdict } from "@sluice/core";
import { Redis } from "ioredis";
import { type BullConsumerOptions, createBullConsumer } from "./bull-consumer.ts";
import { createBullQueue } from "./bull-queue.ts";
import { connectQueueRedis, type QueueRedis } from "./queue-redis.ts";
import { FN, invocationOf } from "./testing/events.ts";
import { RedisServer } from "./testing/redis-server.ts";
import { until } from "./testing/until.ts";

const DONE: Verdict = { kind: "complete", result: "null" };
const IDLE_MS = 100;
let server: RedisServer;
let operator: Redis;
let redis: QueueRedis;
let prefix: string;
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
  redis = connectQueueRedis(server.url);
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function openQueue(now: () => number = Date.now, idleMs = IDLE_MS): InvocationQueue {
  const queue = createBullQueue({ redis, prefix, now, idleMs });
  cleanups.push(() => queue.stop());
  return queue;
}

function openConsumer(options: Partial<BullConsumerOptions> = {}): InvocationConsumer {
  const consumer = createBullConsumer({
    redis,
    prefix,
    capacity: 8,
    idleMs: IDLE_MS,
    concurrencyOf: async () => null,
    handle: async () => DONE,
    ...options,
  });
  cleanups.push(() => consumer.drain(5_000));
  return consumer;
}

function isMarked(): Promise<boolean> {
  return operator.zscore(`${prefix}:active`, "default.thumbnails").then((score) => score !== null);
}

test("an event that reached its queue after its mark was removed marks the function again", async () => {
  let nowMs = Date.now();
  const steps: number[] = [];
  // Each look at the clock takes the next step: one before the event is added, one after.
  const queue = openQueue(() => (nowMs += steps.shift() ?? 0), 30_000);
  await queue.enqueue(invocationOf());
  await operator.zrem(`${prefix}:active`, "default.thumbnails");
  steps.push(1_000, 26_000);
  await queue.enqueue(invocationOf());
  expect(await isMarked()).toBe(true);
});

test("nothing accepted is forgotten while consumers detach all the time", async () => {
  const queues = [openQueue(), openQueue()];
  const functions = Array.from({ length: 6 }, (_, at) => ({ tenant: "default", name: `sparse-${at}` }));
  const accepted: string[] = [];
  const handled = new Set<string>();
  let detached = 0;
  const handle: BullConsumerOptions["handle"] = async ({ invocation }) => {
    handled.add(invocation.id);
    return DONE;
  };
  const consumers = [openConsumer({ handle, tickMs: 10 }), openConsumer({ handle, tickMs: 10 })];
  await Promise.all(consumers.map((consumer) => consumer.start()));
  await Promise.all(
    functions.map(async (fn, at) => {
      for (let round = 0; round < 12; round++) {
        const answer = await queues[(at + round) % 2]?.enqueue(invocationOf(fn));
        accepted.push(answer?.id ?? "");
        await delay(Math.random() * 2.5 * IDLE_MS);
        detached += consumers.filter((consumer) => !consumer.attached().some(({ name }) => name === fn.name)).length;
      }
    }),
  );
  await until("all that was accepted is handled", () => accepted.every((id) => handled.has(id)));
  expect(detached).toBeGreaterThan(0);
});

test("detached queues leave no connection behind, and idle functions cost none", async () => {
  const queue = openQueue();
  const consumer = openConsumer();
  const functions = Array.from({ length: 20 }, (_, at) => ({ tenant: "default", name: `f-${at}` }));
  const connections = async (): Promise<number> =>
    String(await operator.client("LIST"))
      .split("\n")
      .filter((line) => line !== "").length;
  await consumer.tick();
  const before = await connections();
  await Promise.all(functions.map((fn) => queue.enqueue(invocationOf(fn))));
  await consumer.tick();
  expect(consumer.attached()).toHaveLength(20);
  await until("each attached queue has its connection", async () => (await connections()) >= before + 20);
  await until("all are detached", async () => {
    await consumer.tick();
    return consumer.attached().length === 0;
  });
  await until("the connections are closed", async () => (await connections()) <= before + 1);
});

test("a function's new concurrency is taken over, and none removes the limit from its queue", async () => {
  let limit: number | null = 1;
  let [running, most] = [0, 0];
  const gate = Promise.withResolvers<void>();
  const queue = openQueue();
  const consumer = openConsumer({
    idleMs: 30_000,
    limitRefreshMs: 1,
    concurrencyOf: async () => limit,
    handle: async () => {
      most = Math.max(most, ++running);
      await gate.promise;
      running -= 1;
      return DONE;
    },
  });
  cleanups.push(async () => gate.resolve());
  await Promise.all(Array.from({ length: 10 }, () => queue.enqueue(invocationOf())));
  await consumer.tick();
  await until("one runs", () => running === 1);
  const meta = `${prefix}:{default.thumbnails}:meta`;
  expect(await operator.hget(meta, "concurrency")).toBe("1");
  limit = null;
  await consumer.tick();
  await consumer.tick();
  expect(await operator.hget(meta, "concurrency")).toBeNull();
  await until("as many run as the consumer takes", () => running === 8);
  expect(most).toBe(8);
  gate.resolve();
});

test("a function whose concurrency cannot be told is left alone until it can", async () => {
  let known = false;
  const queue = openQueue();
  const consumer = openConsumer({
    concurrencyOf: async () => {
      if (!known) throw new Error("the registry is away");
      return null;
    },
  });
  const invocation = invocationOf();
  await queue.enqueue(invocation);
  await consumer.tick();
  expect(consumer.attached()).toEqual([]);
  known = true;
  await consumer.tick();
  await until("it is completed", async () => (await queue.find(FN, invocation.id))?.state === "completed");
});

test("only so many completed events are kept, and an idempotency key outlives the removal of its event", async () => {
  const queue = openQueue();
  const consumer = openConsumer({ capacity: 1, idleMs: 30_000, retention: { completedCount: 2 } });
  const invocations = Array.from({ length: 5 }, () => invocationOf());
  const [first] = invocations;
  for (const invocation of invocations) {
    await queue.enqueue(invocation, { idempotencyKey: invocation.id });
    await consumer.tick();
    await until("it is completed", async () => (await queue.find(FN, invocation.id))?.state === "completed");
  }
  const found = await Promise.all(invocations.map(({ id }) => queue.find(FN, id)));
  expect(found.map((status) => status?.state)).toEqual([undefined, undefined, undefined, "completed", "completed"]);
  const again = await queue.enqueue(invocationOf(), { idempotencyKey: first?.id ?? "" });
  expect(again).toEqual({ id: first?.id, duplicate: true });
});
