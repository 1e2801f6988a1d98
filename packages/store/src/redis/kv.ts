import { type KvStore, LIMITS } from "@sluice/core";
import type { Redis } from "ioredis";
import { checkKvPut, pageSize, tooManyKeys } from "../kv-rules.ts";
import { afterPrefix, decodeKvKey, decodeKvValue, encodeKvKey, encodeKvValue } from "./kv-encoding.ts";
import { KV_DELETE, KV_LIST, KV_PUT } from "./kv-scripts.ts";
import { redisKey } from "./redis-key.ts";
import { reply } from "./reply.ts";

export interface RedisKvOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly keysPerTenant?: number | undefined;
}

export class RedisKv implements KvStore {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #keysPerTenant: number;

  constructor(options: RedisKvOptions) {
    this.#redis = options.redis;
    this.#prefix = options.prefix;
    this.#keysPerTenant = options.keysPerTenant ?? LIMITS.kvKeysPerTenant;
  }

  async get(tenant: string, key: string): Promise<string | undefined> {
    const value = await reply(this.#redis.getBuffer(this.#valueKey(tenant, encodeKvKey(key))));
    return value === null ? undefined : decodeKvValue(value);
  }

  async put(tenant: string, key: string, value: string, ttlMs?: number): Promise<void> {
    checkKvPut(key, value, ttlMs);
    const encoded = encodeKvKey(key);
    const stored = await KV_PUT.run(
      this.#redis,
      [this.#valueKey(tenant, encoded), ...this.#indexKeys(tenant)],
      [encoded, encodeKvValue(value), ttlMs ?? 0, this.#keysPerTenant],
    );
    if (stored !== 1) throw tooManyKeys(this.#keysPerTenant);
  }

  async delete(tenant: string, key: string): Promise<boolean> {
    const encoded = encodeKvKey(key);
    const keys = [this.#valueKey(tenant, encoded), ...this.#indexKeys(tenant)];
    return (await KV_DELETE.run(this.#redis, keys, [encoded])) === 1;
  }

  async list(
    tenant: string,
    options: { readonly prefix: string; readonly limit: number; readonly after?: string },
  ): Promise<{ readonly keys: readonly string[]; readonly cursor: string | null }> {
    const prefix = encodeKvKey(options.prefix);
    const after = encodeKvKey(options.after ?? "");
    const [more, last, ...keys] = (await KV_LIST.runBuffer(this.#redis, this.#indexKeys(tenant), [
      // A cursor before the prefix (from a list with another one) must not widen the page.
      options.after !== undefined && Buffer.compare(after, prefix) >= 0 ? bound("(", after) : bound("[", prefix),
      bound("(", afterPrefix(prefix)),
      pageSize(options.limit),
    ])) as [number, Buffer, ...Buffer[]];
    return { keys: keys.map(decodeKvKey), cursor: more === 1 ? decodeKvKey(last) : null };
  }

  #valueKey(tenant: string, encoded: Buffer): Buffer {
    return Buffer.concat([Buffer.from(redisKey(this.#prefix, `kv:${tenant}`, "value:")), encoded]);
  }

  #indexKeys(tenant: string): [string, string] {
    return [redisKey(this.#prefix, `kv:${tenant}`, "order"), redisKey(this.#prefix, `kv:${tenant}`, "expiry")];
  }
}

function bound(mark: "(" | "[", bytes: Buffer | undefined): Buffer {
  return bytes === undefined ? Buffer.from("+") : Buffer.concat([Buffer.from(mark), bytes]);
}
