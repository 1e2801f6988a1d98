import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { PlatformError } from "@sluice/core";
import type { Redis } from "ioredis";
import { becomesTrue } from "../testing/eventually.ts";
import { type RedisServer, startRedisServer } from "../testing/redis-server.ts";
import { deploy, sampleKey, samplePut } from "../testing/samples.ts";
import { storesContract } from "../testing/stores.suite.ts";
import { connectRedis } from "./connect.ts";
import { createRedisStores } from "./stores.ts";

const MASTER_KEY = randomBytes(32);

describe("redis", () => {
  let server: RedisServer;
  let redis: Redis;
  let created = 0;

  beforeAll(async () => {
    // A cluster of one node: it holds all keys, and refuses what touches keys of two hash tags at once.
    server = await startRedisServer(["--cluster-enabled", "yes", "--cluster-port", String(await freePort())]);
    redis = connectRedis(server.url, { name: "test", onError: () => undefined });
    await redis.cluster("ADDSLOTSRANGE", 0, 16_383);
    await becomesTrue(async () => String(await redis.cluster("INFO")).includes("cluster_state:ok"));
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  storesContract((limits = {}) =>
    createRedisStores({ redis, prefix: `t${created++}`, limits, masterKeys: [MASTER_KEY] }),
  );

  test("every key begins with the prefix and every script finds its keys after the server forgot the scripts", async () => {
    await redis.script("FLUSH");
    await redis.flushall();
    const stores = createRedisStores({ redis, prefix: "own", masterKeys: [MASTER_KEY] });
    await stores.kv.put("acme", "\u0000", "x");
    await stores.slots.acquire({ tenant: "acme", name: "f" }, "h", 1, 1_000);
    await stores.cron.advance("acme", "tick", 1);
    await stores.keys.putKey(sampleKey({ accessKeyId: "a" }), "s");
    expect((await redis.keys("*")).filter((key) => !key.startsWith("own:"))).toEqual([]);
    expect(await stores.kv.get("acme", "\u0000")).toBe("x");
  });

  test("code that changed in Redis is not handed out, and is healed by putting it again", async () => {
    const { artifacts } = createRedisStores({ redis, prefix: "code" });
    const digest = await artifacts.put(Buffer.from("good"));
    await redis.set(`code:artifact:${digest}`, "evil");
    await expect(artifacts.get(digest)).rejects.toMatchObject({ code: "Artifact.Corrupt", details: { digest } });
    await artifacts.put(Buffer.from("good"));
    expect(await artifacts.get(digest)).toEqual(Buffer.from("good"));
  });

  test("a page of a long list costs what the page holds", async () => {
    const { registry } = createRedisStores({ redis, prefix: "long" });
    const names = Array.from({ length: 10_000 }, (_, index) => `f-${String(index).padStart(5, "0")}`);
    await redis.zadd("long:{registry}:names:acme", ...names.flatMap((name) => [0, name]));
    const page = names.slice(5_001, 5_051);
    await Promise.all(page.map((name) => deploy(registry, samplePut({ ref: { tenant: "acme", name } }))));
    await redis.config("RESETSTAT");
    const listed = await registry.listFunctions("acme", { after: "f-05000", limit: 50 });
    expect(listed.map(({ name }) => name)).toEqual(page);
    const stats = await redis.info("commandstats");
    expect(/cmdstat_hgetall:calls=(\d+)/.exec(stats)?.[1]).toBe("50");
    expect(/cmdstat_zrangebylex:calls=(\d+)/.exec(stats)?.[1]).toBe("1");
  });

  test("a log nobody writes to any more goes by itself", async () => {
    const { logs } = createRedisStores({
      redis,
      prefix: "aged",
      limits: { logs: { bytes: 1e6, entries: 9, ageMs: 60 } },
    });
    const ref = { tenant: "acme", name: "f" };
    const empty = { invocationId: "i", version: "1", startedAt: null, coldStart: false, report: null, error: null };
    await logs.append([{ ref, records: [{ ...empty, lines: [] }] }]);
    await becomesTrue(async () => (await redis.keys("aged:*")).length === 0);
    expect(await logs.read(ref, { limit: 1 })).toEqual([]);
  });

  test("a store's failure is a PlatformError", async () => {
    const { kv } = createRedisStores({ redis, prefix: "wrong" });
    await redis.hset("wrong:{kv:acme}:order", "a", "b");
    await expect(kv.put("acme", "a", "b")).rejects.toBeInstanceOf(PlatformError);
    await expect(kv.put("acme", "a", "b")).rejects.toMatchObject({ code: "Internal.Error" });
  });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
