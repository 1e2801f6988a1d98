import type { ConcurrencySlots, FunctionRef } from "@sluice/core";
import type { Redis } from "ioredis";
import { functionRedisKey } from "./redis-key.ts";
import { reply } from "./reply.ts";
import { Script } from "./script.ts";

const ACQUIRE = new Script(`
-- Takes a slot, or renews the holder's own, after dropping those whose lease ended.
-- KEYS: 1 slots of the function (sorted set: holder, score = end of lease in ms)
-- ARGV: 1 holder  2 limit  3 lease (ms)
-- Result: 1, or 0 when all slots are held
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[1])
local latest = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2]
redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', tonumber(latest) + 1000))
return 1
`);

const EXTEND = new Script(`
-- Renews leases. A slot that was dropped stays lost, because another holder may have it.
-- KEYS: as above
-- ARGV: 1 lease (ms), then the holders
-- Result: 1
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], 'XX', now + tonumber(ARGV[1]), ARGV[i]) end
local latest = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2]
if latest then redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', tonumber(latest) + 1000)) end
return 1
`);

export interface RedisSlotsOptions {
  readonly redis: Redis;
  readonly prefix: string;
}

/** Leases by the clock of Redis, so that the clocks of workers and gateways need not agree. */
export class RedisSlots implements ConcurrencySlots {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(options: RedisSlotsOptions) {
    this.#redis = options.redis;
    this.#prefix = options.prefix;
  }

  async acquire(ref: FunctionRef, holder: string, limit: number, leaseMs: number): Promise<boolean> {
    return (await ACQUIRE.run(this.#redis, [this.#key(ref)], [holder, limit, Math.ceil(leaseMs)])) === 1;
  }

  async extend(ref: FunctionRef, holders: readonly string[], leaseMs: number): Promise<void> {
    if (holders.length > 0) await EXTEND.run(this.#redis, [this.#key(ref)], [Math.ceil(leaseMs), ...holders]);
  }

  async release(ref: FunctionRef, holder: string): Promise<void> {
    await reply(this.#redis.zrem(this.#key(ref), holder));
  }

  #key(ref: FunctionRef): string {
    return functionRedisKey(this.#prefix, ref, "slots");
  }
}
