import { randomUUID } from "node:crypto";
import type { InvocationQueue } from "@sluice/core";
import { Redis } from "ioredis";
import { createBullConsumer } from "./bull-consumer.ts";
import { createBullQueue } from "./bull-queue.ts";
import type { QueueNotice } from "./notice.ts";
import { connectQueueRedis } from "./queue-redis.ts";
import { ChildLane } from "./testing/child-lane.ts";
import { FN, invocationOf } from "./testing/events.ts";
import type { ChurnReport } from "./testing/lane-process.ts";
import { RedisServer } from "./testing/redis-server.ts";
import { until } from "./testing/until.ts";

const UNAVAILABLE = { code: "Service.Unavailable" };
let server: RedisServer;
let prefix: string;
const cleanups: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  prefix = randomUUID();
  server = await RedisServer.start();
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await server.stop();
});

/** Refuses soon, because most tests here wait for refusals. */
const SOON_MS = 1_000;

function openQueue(
  onNotice: (notice: QueueNotice) => void = () => undefined,
  commandTimeoutMs: number = SOON_MS,
): InvocationQueue {
  const queue = createBullQueue({
    redis: connectQueueRedis(server.url, { onNotice }),
    prefix,
    commandTimeoutMs,
  });
  cleanups.push(() => queue.stop());
  return queue;
}

async function accepts(queue: InvocationQueue): Promise<boolean> {
  return queue.enqueue(invocationOf()).then(
    () => true,
    () => false,
  );
}

test("while Redis stands still every call is refused, and accepted again when it goes on", async () => {
  const queue = openQueue();
  await queue.enqueue(invocationOf());
  server.signal("SIGSTOP");
  const calls = Array.from({ length: 20 }, () => queue.enqueue(invocationOf()));
  for (const outcome of await Promise.allSettled(calls)) {
    expect(outcome).toMatchObject({ status: "rejected", reason: UNAVAILABLE });
  }
  await expect(queue.enqueue(invocationOf())).rejects.toMatchObject(UNAVAILABLE);
  await expect(queue.find(FN, randomUUID())).rejects.toMatchObject(UNAVAILABLE);
  await expect(queue.depth(FN)).rejects.toMatchObject(UNAVAILABLE);
  server.signal("SIGCONT");
  await until("events are accepted", () => accepts(queue));
});

test("while Redis is gone every call is refused and nothing of it is queued later", async () => {
  const notices: QueueNotice[] = [];
  const queue = openQueue((notice) => notices.push(notice));
  await queue.enqueue(invocationOf());
  await server.kill();
  const refused = Array.from({ length: 20 }, () => invocationOf());
  for (const invocation of refused) await expect(queue.enqueue(invocation)).rejects.toMatchObject(UNAVAILABLE);
  await server.start();
  await until("events are accepted", () => accepts(queue));
  const found = await Promise.all(refused.map(({ id }) => queue.find(FN, id)));
  expect(found.filter((status) => status !== undefined)).toEqual([]);
  expect(notices).toContainEqual(expect.objectContaining({ kind: "connection" }));
});

test("a queue that is opened before Redis runs starts to work when it does", async () => {
  await server.kill();
  const queue = openQueue();
  await expect(queue.enqueue(invocationOf())).rejects.toMatchObject(UNAVAILABLE);
  await server.start();
  await until("events are accepted", () => accepts(queue));
});

test("a full Redis refuses events as full, and accepts them again when it has room", async () => {
  const queue = openQueue();
  await queue.enqueue(invocationOf());
  const operator = new Redis(server.url.slice("unix:".length));
  cleanups.push(async () => operator.disconnect());
  await operator.config("SET", "maxmemory", "1");
  await expect(queue.enqueue(invocationOf())).rejects.toMatchObject({ code: "Service.StorageFull" });
  await expect(queue.enqueue(invocationOf({ tenant: "default", name: "new" }))).rejects.toMatchObject({
    code: "Service.StorageFull",
  });
  await operator.config("SET", "maxmemory", "0");
  await queue.enqueue(invocationOf());
});

test("a Redis that refuses writes stops consumers without a storm of errors, and they go on when it accepts", async () => {
  const notices: QueueNotice[] = [];
  const queue = openQueue();
  const operator = new Redis(server.url.slice("unix:".length));
  cleanups.push(async () => operator.disconnect());
  const gate = Promise.withResolvers<void>();
  let handled = 0;
  const consumer = createBullConsumer({
    redis: connectQueueRedis(server.url, { onNotice: (notice) => notices.push(notice) }),
    prefix,
    lockDurationMs: 1_000,
    stalledIntervalMs: 200,
    capacity: 2,
    concurrencyOf: async () => null,
    handle: async () => {
      handled += 1;
      await gate.promise;
      return { kind: "complete", result: "null" };
    },
  });
  cleanups.push(() => consumer.drain(5_000));
  const invocations = Array.from({ length: 6 }, () => invocationOf());
  for (const invocation of invocations) await queue.enqueue(invocation);
  await consumer.start();
  await until("two are running", () => handled === 2);
  await operator.config("SET", "min-replicas-to-write", "1");
  await operator.config("RESETSTAT");
  gate.resolve();
  await expect(queue.enqueue(invocationOf())).rejects.toMatchObject(UNAVAILABLE);
  await until("the refusal is noticed", () => notices.some(({ kind }) => kind === "refused"));
  await operator.config("SET", "min-replicas-to-write", "0");
  const stats = await operator.info("stats");
  expect(Number(/total_error_replies:(\d+)/.exec(stats)?.[1])).toBeLessThan(100);
  await until("all are completed", async () => {
    const found = await Promise.all(invocations.map(({ id }) => queue.find(FN, id)));
    return found.every((status) => status?.state === "completed" && status.attempts === 1);
  });
});

test("what was accepted before Redis was killed is all there after, and consumers go on", async () => {
  // Four hundred calls at once on a busy machine take longer than the refusals of the other tests.
  const queue = openQueue(undefined, 10_000);
  const handled = new Set<string>();
  const consumer = createBullConsumer({
    redis: connectQueueRedis(server.url),
    prefix,
    lockDurationMs: 1_000,
    stalledIntervalMs: 200,
    capacity: 2,
    concurrencyOf: async () => null,
    handle: async ({ invocation }) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      handled.add(invocation.id);
      return { kind: "complete", result: "null" };
    },
  });
  cleanups.push(() => consumer.drain(5_000));
  const accepted = Array.from({ length: 400 }, () => invocationOf());
  await Promise.all(accepted.map((invocation) => queue.enqueue(invocation)));
  await consumer.start();
  await until("some are handled", () => handled.size > 50);
  await server.kill();
  expect(handled.size).toBeLessThan(accepted.length);
  await server.start();
  await until("all are handled", () => accepted.every(({ id }) => handled.has(id)));
  await until("all are completed", async () => {
    const { waiting, active, deadLettered } = await queue.depth(FN);
    return waiting + active + deadLettered === 0;
  });
});

test("a consumer can be drained and a queue stopped while Redis is gone", async () => {
  const queue = openQueue();
  await queue.enqueue(invocationOf());
  let handled = 0;
  const consumer = createBullConsumer({
    redis: connectQueueRedis(server.url),
    prefix,
    capacity: 2,
    concurrencyOf: async () => null,
    handle: async () => {
      handled += 1;
      return { kind: "complete", result: "null" };
    },
  });
  await consumer.start();
  await until("it is attached", () => handled === 1);
  await server.kill();
  await consumer.drain(200);
  await queue.stop();
  expect(consumer.attached()).toEqual([]);
});

test("a process outlives outages of every kind without an uncaught error, and loses nothing", async () => {
  const child = new ChildLane("churn", server.url, prefix);
  cleanups.push(() => child.kill());
  await child.says("accepted");
  await server.kill();
  await child.says("refused Service.Unavailable");
  await server.start();
  await child.says("accepted", 2);
  server.signal("SIGSTOP");
  const probe = openQueue();
  await expect(probe.depth(FN)).rejects.toMatchObject(UNAVAILABLE);
  server.signal("SIGCONT");
  await child.says("accepted", 2);
  await server.kill();
  await server.start();
  await child.says("accepted", 2);
  expect(await child.finish()).toBe(0);
  const report = JSON.parse(child.lines.at(-1) ?? "") as ChurnReport;
  expect(report).toMatchObject({ lost: 0, refusals: ["Service.Unavailable"] });
  expect(child.complaints).toBe("");
});
