import { randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import { type RedisServer, startRedisServer } from "../testing/redis-server.ts";
import { sampleKey } from "../testing/samples.ts";
import { connectRedis } from "./connect.ts";
import { createRedisStores } from "./stores.ts";

const [FIRST, SECOND] = [randomBytes(32), randomBytes(32)];
const KEYS = "sluice:{auth}:keys";

let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await startRedisServer();
  redis = connectRedis(server.url, { name: "test", onError: () => undefined });
});
beforeEach(() => redis.flushall());
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const keysUnder = (...masterKeys: Uint8Array[]) => createRedisStores({ redis, masterKeys }).keys;

test("nothing of a secret is stored, and equal secrets do not look equal", async () => {
  await keysUnder(FIRST).putKey(sampleKey({ accessKeyId: "a" }), "hunter2hunter2");
  await keysUnder(FIRST).putKey(sampleKey({ accessKeyId: "b" }), "hunter2hunter2");
  const stored = await redis.hgetall(KEYS);
  expect(JSON.stringify(stored)).not.toContain("hunter2");
  expect(stored["a"]).not.toBe(stored["b"]);
});

test("a secret put in the place of another key's or tenant's does not open", async () => {
  const keys = keysUnder(FIRST);
  await keys.putKey(sampleKey({ accessKeyId: "a", tenant: "acme" }), "secret-a");
  await keys.putKey(sampleKey({ accessKeyId: "b", tenant: "acme" }), "secret-b");
  const held = (await redis.hget(KEYS, "a")) ?? "";
  await redis.hset(KEYS, { b: held, a: held.replace(/^acme /, "other ") });
  for (const id of ["a", "b"]) {
    expect(await keys.getKey(id)).toBeUndefined();
    expect(await keys.verifyKey(id, "secret-a")).toBeUndefined();
  }
  expect(await keys.renewSeals()).toMatchObject({ missing: [], tampered: expect.arrayContaining(["a", "b"]) });
});

test("a changed, shortened or emptied ciphertext does not open", async () => {
  const keys = keysUnder(FIRST);
  await keys.putKey(sampleKey({ accessKeyId: "a" }), "secret-a");
  const held = (await redis.hget(KEYS, "a")) ?? "";
  const [, sealed = ""] = /"sealed":"([^"]+)"/.exec(held) ?? [];
  const [id, nonce, text = ""] = sealed.split(".");
  for (const wrong of [text.slice(0, -2), `A${text.slice(1)}`, `${text.slice(0, -4)}AAAA`, "", "AAAA"]) {
    if (wrong === text) continue;
    await redis.hset(KEYS, "a", held.replace(sealed, `${id}.${nonce}.${wrong}`));
    expect(await keys.getKey("a")).toBeUndefined();
  }
});

test("while master keys rotate, old secrets are read, and renewing puts them under the new one", async () => {
  await keysUnder(FIRST).putKey(sampleKey({ accessKeyId: "a" }), "secret-a");
  const both = keysUnder(SECOND, FIRST);
  expect((await both.getKey("a"))?.secret).toBe("secret-a");
  expect(await both.renewSeals()).toEqual({ renewed: 1, missing: [], tampered: [] });
  expect(await both.renewSeals()).toEqual({ renewed: 0, missing: [], tampered: [] });
  expect((await keysUnder(SECOND).getKey("a"))?.secret).toBe("secret-a");
});

test("a master key that opens nothing is told from a key that is not there", async () => {
  await keysUnder(FIRST).putKey(sampleKey({ accessKeyId: "a" }), "secret-a");
  const { missing } = await keysUnder(SECOND).renewSeals();
  expect(missing).toEqual([expect.stringMatching(/^[0-9a-f]{12}$/)]);
  await expect(keysUnder(SECOND).getKey("a")).rejects.toMatchObject({ code: "Internal.Error" });
  await expect(keysUnder().getKey("a")).rejects.toMatchObject({ code: "Internal.Error" });
  await expect(keysUnder().putKey(sampleKey({ accessKeyId: "b" }), "s")).rejects.toMatchObject({
    code: "Internal.Error",
  });
  expect(await keysUnder(SECOND).getKey("b")).toBeUndefined();
});

test("a key of a version that kept hashes verifies, may do everything, and cannot sign", async () => {
  const hash = "f3b2a5a0b4f6a3bd7f2c6e1d1a8c2d5e8b9f00112233445566778899aabbccdd";
  const { createHash } = await import("node:crypto");
  const salt = "00ff".repeat(8);
  const digest = createHash("sha256").update(Buffer.from(salt, "hex")).update("old secret").digest("hex");
  await redis.hset(KEYS, "old", `acme ${JSON.stringify({ tenant: "acme", createdAt: 1, salt, hash: digest })}`);
  await redis.hset(KEYS, "odd", `acme ${JSON.stringify({ tenant: "acme", createdAt: 1, salt, hash })}`);
  const keys = keysUnder(FIRST);
  expect(await keys.verifyKey("old", "old secret")).toMatchObject({ tenant: "acme", expiresAt: null, disabled: false });
  expect(await keys.verifyKey("old", "old secret ")).toBeUndefined();
  expect(await keys.verifyKey("odd", "old secret")).toBeUndefined();
  expect(await keys.getKey("old")).toBeUndefined();
});
