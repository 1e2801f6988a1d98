import type { Redis } from "ioredis";
import { createRedisStores } from "../stores.ts";
import { connectRedis } from "../connect.ts";
import { bodies, makeQueue, ORDERS, outgoing, sendAll, take } from "../../testing/queue-samples.ts";
import { becomesTrue } from "../../testing/eventually.ts";
import { type RedisServer, startRedisServer } from "../../testing/redis-server.ts";
import { queueKey, queueKeys } from "./queue-records.ts";
import { QUEUE_ARRIVE, QUEUE_RECEIVE } from "./queue-scripts.ts";

const DEAD = { tenant: "acme", name: "dead" };

let server: RedisServer;
let redis: Redis;

beforeAll(async () => {
  server = await startRedisServer(["--maxmemory-policy", "noeviction"]);
  redis = connectRedis(server.url, { name: "test", onError: () => undefined });
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

describe("a process that dies while a message moves to the dead-letter queue", () => {
  // What the store does in one receive, cut off after a step.
  test.each(["before it is there", "before it has left"])("%s", async (moment) => {
    const prefix = moment.replaceAll(" ", "-");
    const { messageQueues: queues, stop } = createRedisStores({ redis, prefix });
    await makeQueue(queues, DEAD);
    await makeQueue(queues, ORDERS, { redrive: { deadLetterQueue: "dead", maxReceiveCount: 1 } });
    await sendAll(queues, ORDERS, outgoing("bad"));
    await take(queues, ORDERS, { visibilityMs: 0 });

    const args = [10, 1e6, -1, "token", 100, 100, 1];
    const taken = await QUEUE_RECEIVE.run(redis, queueKeys(prefix, ORDERS), args);
    const [sequence, sent, group, payload] =
      (taken as [unknown, unknown, unknown, unknown, unknown, unknown, string[][]])[6][0] ?? [];
    expect(payload).toContain("bad");
    if (moment === "before it has left") {
      const move = [payload ?? "", group ?? "", sent ?? "", `orders:${sequence}:${sent}`, 60_000];
      await QUEUE_ARRIVE.run(redis, queueKeys(prefix, DEAD), ["wake", 100, 1e6, ...move]);
    }

    await becomesTrue(async () => {
      await take(queues, ORDERS);
      const { visible, inFlight } = await queues.depth(ORDERS);
      return visible + inFlight === 0;
    });
    expect(bodies(await take(queues, DEAD))).toEqual(["bad"]);
    await stop();
  });
});

test("a server whose memory is full takes nothing more, and still hands out and deletes what it has", async () => {
  const { messageQueues: queues, stop } = createRedisStores({ redis, prefix: "oom" });
  await makeQueue(queues, ORDERS);
  await sendAll(queues, ORDERS, outgoing("a"), outgoing("b"));
  await redis.config("SET", "maxmemory", "1");
  try {
    await expect(sendAll(queues, ORDERS, outgoing("c"))).rejects.toMatchObject({ code: "Service.StorageFull" });
    const received = await take(queues, ORDERS);
    expect(bodies(received)).toEqual(["a", "b"]);
    await queues.delete({ ...ORDERS, receipts: received.map(({ receipt }) => receipt) });
    expect(await queues.depth(ORDERS)).toMatchObject({ visible: 0, inFlight: 0 });
  } finally {
    await redis.config("SET", "maxmemory", "0");
    await stop();
  }
});

test("a message leaves nothing behind when it is deleted", async () => {
  const { messageQueues: queues, stop } = createRedisStores({ redis, prefix: "left" });
  await makeQueue(queues, ORDERS);
  await sendAll(queues, ORDERS, outgoing("a"), outgoing("b", { delayMs: 1 }));
  const receipts: string[] = [];
  await becomesTrue(async () => {
    receipts.push(...(await take(queues, ORDERS)).map(({ receipt }) => receipt));
    return receipts.length === 2;
  });
  await queues.delete({ ...ORDERS, receipts });
  expect((await redis.keys("left:{queue:*")).sort()).toEqual([queueKey("left", ORDERS, "meta")]);
  expect(await redis.hget(queueKey("left", ORDERS, "meta"), "bytes")).toBe("0");
  await stop();
});

test("a receive of ten thousand is one answer", async () => {
  const { messageQueues: queues, stop } = createRedisStores({ redis, prefix: "many" });
  await makeQueue(queues, ORDERS);
  for (let sent = 0; sent < 10; sent++) {
    await sendAll(queues, ORDERS, ...Array.from({ length: 1_100 }, (_, index) => outgoing(`m-${sent}-${index}`)));
  }
  expect(await take(queues, ORDERS, { limit: 20_000 })).toHaveLength(10_000);
  expect(await queues.depth(ORDERS)).toMatchObject({ visible: 1_000, inFlight: 10_000 });
  await stop();
});
