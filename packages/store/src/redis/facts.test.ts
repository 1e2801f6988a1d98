import type { Redis } from "ioredis";
import { becomesTrue } from "../testing/eventually.ts";
import { type RedisServer, startRedisServer } from "../testing/redis-server.ts";
import { fact } from "../testing/samples.ts";
import { connectRedis } from "./connect.ts";
import { createRedisStores } from "./stores.ts";

describe("reading facts", () => {
  let server: RedisServer;
  let redis: Redis;

  beforeAll(async () => {
    server = await startRedisServer();
    redis = connectRedis(server.url, { name: "test", onError: () => undefined });
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  test("a waiting read survives the loss of its connection", async () => {
    const stores = createRedisStores({ redis });
    const read = stores.facts.read("0", { limit: 10, blockMs: 9_000 });
    await becomesTrue(async () => (await blocked()) === 1);
    for (const id of await readers()) await redis.client("KILL", "ID", id);
    await stores.facts.append([fact(1)]);
    expect((await read).map((batch) => batch.facts)).toEqual([[fact(1)]]);
    await stores.stop();
    await becomesTrue(async () => (await readers()).length === 0);
  });

  async function blocked(): Promise<number> {
    return Number(/blocked_clients:(\d+)/.exec(await redis.info("clients"))?.[1]);
  }

  async function readers(): Promise<string[]> {
    const list = String(await redis.client("LIST"));
    return [...list.matchAll(/^id=(\d+) .* name=sluice:test:facts /gm)].map(([, id]) => id ?? "");
  }
});
