import { randomUUID } from "node:crypto";
import { createBullConsumer } from "./bull-consumer.ts";
import { createBullQueue } from "./bull-queue.ts";
import { connectQueueRedis } from "./queue-redis.ts";
import { describeQueueContract } from "./testing/queue-contract.ts";
import { RedisServer } from "./testing/redis-server.ts";

const IDLE_MS = 100;
let server: RedisServer;

beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.stop());

describeQueueContract("queues on BullMQ", async () => {
  const redis = connectQueueRedis(server.url);
  const prefix = randomUUID();
  const queue = createBullQueue({ redis, prefix, idleMs: IDLE_MS });
  return {
    queue,
    consumer: (options, detaching) =>
      createBullConsumer({
        ...options,
        redis,
        prefix,
        lockDurationMs: 1_000,
        stalledIntervalMs: 200,
        ...(detaching ? { idleMs: IDLE_MS } : {}),
      }),
    close: () => queue.stop(),
  };
});
