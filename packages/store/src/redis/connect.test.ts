import { join } from "node:path";
import { tmpdir } from "node:os";
import type { Redis } from "ioredis";
import { becomesTrue } from "../testing/eventually.ts";
import { type RedisServer, startRedisServer } from "../testing/redis-server.ts";
import { connectRedis } from "./connect.ts";
import { checkRedisPolicy } from "./policy.ts";
import { createRedisStores } from "./stores.ts";

describe("a connection", () => {
  let server: RedisServer;
  let redis: Redis;
  const errors: Error[] = [];

  beforeEach(async () => {
    errors.length = 0;
    server = await startRedisServer();
    redis = connectRedis(server.url, { name: "test", onError: (error) => errors.push(error) });
  });
  afterEach(async () => {
    redis.disconnect();
    await server.stop();
  });

  test("says who it is", async () => {
    expect(await redis.client("GETNAME")).toBe("sluice:test");
  });

  test("to nowhere fails each command as Service.Unavailable and reports why", async () => {
    const heard: Error[] = [];
    const lost = connectRedis(`unix:${join(tmpdir(), "sluice-no-such.sock")}`, {
      name: "lost",
      onError: (error) => heard.push(error),
    });
    const stores = createRedisStores({ redis: lost });
    const asked = await Promise.allSettled([
      stores.kv.get("acme", "a"),
      stores.slots.acquire({ tenant: "acme", name: "f" }, "h", 1, 1_000),
      stores.registry.onChange(() => undefined),
      stores.facts.read("0", { limit: 1, blockMs: 1 }),
    ]);
    for (const result of asked) {
      expect(result).toMatchObject({ status: "rejected", reason: { code: "Service.Unavailable" } });
    }
    expect(heard[0]?.message).toContain("ENOENT");
    await stores.stop();
    lost.disconnect();
  });

  test("to a server that stands still fails commands, and works again when it goes on", async () => {
    const { checkpoints } = createRedisStores({ redis });
    await checkpoints.save("c", "1");
    server.process.kill("SIGSTOP");
    await expect(checkpoints.load("c")).rejects.toMatchObject({ code: "Service.Unavailable" });
    server.process.kill("SIGCONT");
    expect(await checkpoints.load("c")).toBe("1");
  });

  test("that was cut comes back by itself", async () => {
    const { checkpoints } = createRedisStores({ redis });
    const other = connectRedis(server.url, { name: "other", onError: () => undefined });
    await checkpoints.save("c", "1");
    await other.client("KILL", "ID", String(await redis.client("ID")));
    expect(await checkpoints.load("c")).toBe("1");
    other.disconnect();
  });

  test("with a wrong password says that it is refused", async () => {
    await redis.config("SET", "requirepass", "right");
    const wrong = connectRedis(server.url, { name: "wrong", onError: () => undefined });
    await expect(createRedisStores({ redis: wrong }).checkpoints.load("c")).rejects.toMatchObject({
      code: "Service.Unavailable",
    });
    wrong.disconnect();
  });

  test("to a full server answers Service.StorageFull to writes and still reads", async () => {
    const { kv, logs, cron } = createRedisStores({ redis });
    await kv.put("acme", "a", "1");
    await redis.config("SET", "maxmemory", "1");
    await expect(kv.put("acme", "b", "2")).rejects.toMatchObject({ code: "Service.StorageFull" });
    await expect(cron.advance("acme", "tick", 1)).rejects.toMatchObject({ code: "Service.StorageFull" });
    const records = [
      { invocationId: "i", version: "1", startedAt: 1, coldStart: false, lines: [], report: null, error: null },
    ];
    await expect(logs.append([{ ref: { tenant: "acme", name: "f" }, records }])).rejects.toMatchObject({
      code: "Service.StorageFull",
    });
    expect(await kv.get("acme", "a")).toBe("1");
    expect((await kv.list("acme", { prefix: "", limit: 10 })).keys).toEqual(["a"]);
  });

  test("tells whether the server may drop keys and whether it keeps a log of writes", async () => {
    expect(await checkRedisPolicy(redis)).toEqual({ evicting: false, policy: "noeviction", aof: false });
    const other = await startRedisServer(["--maxmemory-policy", "allkeys-lru", "--appendonly", "yes"]);
    const connection = connectRedis(other.url, { name: "other", onError: () => undefined });
    expect(await checkRedisPolicy(connection)).toEqual({ evicting: true, policy: "allkeys-lru", aof: true });
    connection.disconnect();
    await other.stop();
  });

  test("has no errors to report while all is well", async () => {
    await redis.ping();
    await becomesTrue(() => redis.status === "ready");
    expect(errors).toEqual([]);
  });
});
