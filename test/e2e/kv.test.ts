import { createClient, type SluiceClient } from "@sluice/client";
import { LIMITS } from "@sluice/core";
import { connectRedis, createRedisStores } from "@sluice/store";
import { Stack } from "../support/stack.ts";

/** Any operation on the caller's own data; what it fails with is told by its code. */
const CODE = `const { kv } = require("sluice");
exports.handler = async ({ steps }) => {
  const results = [];
  for (const [method, ...args] of steps) {
    try { results.push((await kv[method](...args)) ?? null); } catch (error) { results.push({ code: error.code ?? error.name, message: error.message }); }
  }
  return results;
};`;
const LONE = "a\ud800b";

let stack: Stack;
let tenants: Readonly<Record<"default" | "other", SluiceClient>>;

beforeAll(async () => {
  stack = await Stack.start();
  const first = await stack.client();
  const { key } = await first.createTenant("other");
  const token = `${key.id}.${key.secret}`;
  tenants = { default: first, other: createClient({ endpoint: stack.endpoint, token }) };
  for (const client of Object.values(tenants)) {
    await client.deploy({ name: "data", options: { timeoutMs: 20_000 }, code: { code: Buffer.from(CODE) } });
  }
});

afterAll(() => stack.stop());

async function withStores(run: (stores: ReturnType<typeof createRedisStores>) => Promise<void>): Promise<void> {
  const redis = connectRedis(stack.redis.url, { name: "test", onError: () => undefined });
  const stores = createRedisStores({ redis });
  try {
    await run(stores);
  } finally {
    await stores.stop();
    redis.disconnect();
  }
}

async function steps(tenant: keyof typeof tenants, ...list: readonly (readonly unknown[])[]): Promise<unknown[]> {
  const { result, error } = await tenants[tenant].invoke({ name: "data", event: JSON.stringify({ steps: list }) });
  if (error !== null) throw new Error(error.errorMessage);
  return result as unknown[];
}

test("keys that look like paths, patterns or another tenant's are only keys, and reach nobody else's data", async () => {
  const keys = [
    "../other",
    "../../default",
    "sluice:kv:{other}:k",
    "other:k",
    "*",
    "[a-z]?",
    "a\u0000b",
    "{other}",
    "k\r\nSET x y",
  ];
  await steps("other", ["put", "k", "theirs"], ...keys.map((key) => ["put", key, `theirs ${key}`]));
  const mine = await steps("default", ["get", "k"], ...keys.map((key) => ["get", key]));
  expect(mine).toEqual([null, ...keys.map(() => null)]);
  await steps("default", ...keys.map((key) => ["put", key, `mine ${key}`]));
  expect(await steps("default", ["list", { prefix: "*" }], ["list", { prefix: "../" }], ["delete", "k"])).toEqual([
    { keys: ["*"], cursor: null },
    { keys: ["../../default", "../other"], cursor: null },
    false,
  ]);
  const theirs = await steps("other", ["get", "k"], ...keys.map((key) => ["get", key]));
  expect(theirs).toEqual(["theirs", ...keys.map((key) => `theirs ${key}`)]);
});

test("names with a meaning in JavaScript and text that is no Unicode come back as they went", async () => {
  const names = ["__proto__", "constructor", "toString", LONE, "\udc00", "😀"];
  await steps("default", ...names.map((name) => ["put", name, `${name}${LONE}`]));
  const values = await steps("default", ...names.map((name) => ["get", name]));
  expect(values).toEqual(names.map((name) => `${name}${LONE}`));
  expect(await steps("other", ...names.map((name) => ["get", name]))).toEqual(names.map(() => null));
});

test("a value of ten megabytes, a key of a thousand bytes and no key at all are refused, with their limits", async () => {
  const code = `const { kv } = require("sluice");
    exports.handler = async () => { const seen = []; for (const [k, v] of [["big", "x".repeat(10 * 2 ** 20)], ["k".repeat(1000), "v"], ["", "v"], [5, "v"], ["k", { a: 1 }]]) await kv.put(k, v).catch((error) => seen.push(error.message)); return [seen, await kv.get("big")]; };`;
  await tenants.default.deploy({ name: "large", options: { timeoutMs: 20_000 }, code: { code: Buffer.from(code) } });
  const { result } = await tenants.default.invoke({ name: "large" });
  expect(result).toEqual([
    [
      expect.stringContaining(String(LIMITS.kvValueBytes)),
      expect.stringContaining(String(LIMITS.kvKeyBytes)),
      expect.stringContaining("must not be empty"),
      expect.stringContaining("must be a string"),
      expect.stringContaining("must be a string"),
    ],
    null,
  ]);
});

test("a tenant that has as many keys as it may have can change them and delete, and another may still write", async () => {
  await withStores(async ({ kv }) => {
    const { keys } = await kv.list("default", { prefix: "", limit: LIMITS.kvListMax });
    const missing = LIMITS.kvKeysPerTenant - keys.length;
    for (let from = 0; from < missing; from += 2_000) {
      const count = Math.min(2_000, missing - from);
      await Promise.all(Array.from({ length: count }, (_, n) => kv.put("default", `fill-${from + n}`, "x")));
    }
  });
  const [one, changed, gone, after] = await steps(
    "default",
    ["put", "one-more", "x"],
    ["put", "fill-0", "y"],
    ["delete", "fill-1"],
    ["put", "one-more", "x"],
  );
  expect(one).toMatchObject({ code: "Kv.QuotaExceeded", message: expect.stringContaining("100000 keys") });
  expect([changed, gone, after]).toEqual([null, true, null]);
  expect(await steps("other", ["put", "one-more", "x"], ["get", "one-more"])).toEqual([null, "x"]);
});
