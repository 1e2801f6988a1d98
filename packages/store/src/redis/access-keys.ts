import type { AccessKey, KeyStore, TenantRecord } from "@sluice/core";
import type { Redis } from "ioredis";
import { storeKey, type StoredKey, verifySecret } from "../key-secret.ts";
import { redisKey } from "./redis-key.ts";
import { reply } from "./reply.ts";
import { Script } from "./script.ts";

const PUT_KEY = new Script(`
-- Stores an access key and keeps count of each tenant's keys, also when a key moves to another tenant.
-- KEYS: 1 keys (hash: id -> "tenant JSON")  2 number of keys by tenant (hash)
-- ARGV: 1 access key id  2 tenant  3 stored key (JSON)
-- Result: 1
local old = redis.call('HGET', KEYS[1], ARGV[1])
local owner = old and string.match(old, '^(%S+) ')
if owner ~= ARGV[2] then
  if owner then redis.call('HINCRBY', KEYS[2], owner, -1) end
  redis.call('HINCRBY', KEYS[2], ARGV[2], 1)
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. ARGV[3])
return 1
`);

export interface RedisKeysOptions {
  readonly redis: Redis;
  readonly prefix: string;
}

export class RedisKeys implements KeyStore {
  readonly #redis: Redis;
  readonly #keys: string;
  readonly #counts: string;
  readonly #tenants: string;

  constructor(options: RedisKeysOptions) {
    this.#redis = options.redis;
    this.#keys = redisKey(options.prefix, "auth", "keys");
    this.#counts = redisKey(options.prefix, "auth", "counts");
    this.#tenants = redisKey(options.prefix, "auth", "tenants");
  }

  async putTenant(tenant: TenantRecord): Promise<void> {
    await reply(this.#redis.hset(this.#tenants, tenant.name, JSON.stringify(tenant)));
  }

  async getTenant(name: string): Promise<TenantRecord | undefined> {
    const tenant = await reply(this.#redis.hget(this.#tenants, name));
    return tenant === null ? undefined : (JSON.parse(tenant) as TenantRecord);
  }

  async putKey(key: AccessKey, secret: string): Promise<void> {
    const stored = JSON.stringify(storeKey(key, secret));
    await PUT_KEY.run(this.#redis, [this.#keys, this.#counts], [key.accessKeyId, key.tenant, stored]);
  }

  async verifyKey(accessKeyId: string, secret: string): Promise<AccessKey | undefined> {
    const held = await reply(this.#redis.hget(this.#keys, accessKeyId));
    const stored = held === null ? undefined : (JSON.parse(held.slice(held.indexOf(" ") + 1)) as StoredKey);
    return verifySecret(accessKeyId, stored, secret);
  }

  async hasKeys(tenant: string): Promise<boolean> {
    return Number((await reply(this.#redis.hget(this.#counts, tenant))) ?? 0) > 0;
  }
}
