import type { ClaimedUnits, ClaimUnits, SaveProgress, SourceLeases } from "@sluice/core";
import type { Redis } from "ioredis";
import { redisKey } from "./redis-key.ts";
import { reply } from "./reply.ts";
import { Script } from "./script.ts";

const CLAIM = new Script(`
-- Renews and takes units, and exchanges with other holders what mappings could use.
-- KEYS: 1 ends of leases (sorted set: unit)  2 holders of units (hash)  3 holders (sorted set: end)
--       4 demand (hash: mapping -> count)  5 ends of demand (sorted set: mapping)
-- ARGV: 1 holder  2 lease (ms)  3 units to keep  4 units to take  5 most of these  then these units, then mapping and count of each demand
-- Result: {holders, {unit, ...}, {mapping, count, ...}}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ends = string.format('%.0f', now + tonumber(ARGV[2]))
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
redis.call('ZADD', KEYS[3], ends, ARGV[1])
for _, unit in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 1000)) do
  redis.call('ZREM', KEYS[1], unit)
  redis.call('HDEL', KEYS[2], unit)
end
for _, mapping in ipairs(redis.call('ZRANGEBYSCORE', KEYS[5], '-inf', now, 'LIMIT', 0, 1000)) do
  redis.call('ZREM', KEYS[5], mapping)
  redis.call('HDEL', KEYS[4], mapping)
end
local got = {}
local keep, take, room = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
for i = 1, keep + take do
  if i > keep and room <= 0 then break end
  local unit = ARGV[5 + i]
  local holder = redis.call('HGET', KEYS[2], unit)
  local ended = holder and tonumber(redis.call('ZSCORE', KEYS[1], unit) or 0) <= now
  if holder == ARGV[1] or (i > keep and (not holder or ended)) then
    redis.call('HSET', KEYS[2], unit, ARGV[1])
    redis.call('ZADD', KEYS[1], ends, unit)
    got[#got + 1] = unit
    if i > keep then room = room - 1 end
  end
end
for i = 6 + keep + take, #ARGV, 2 do
  local known = tonumber(redis.call('HGET', KEYS[4], ARGV[i]) or 0)
  if tonumber(ARGV[i + 1]) >= known then
    redis.call('HSET', KEYS[4], ARGV[i], ARGV[i + 1])
    redis.call('ZADD', KEYS[5], ends, ARGV[i])
  end
end
return { redis.call('ZCARD', KEYS[3]), got, redis.call('HGETALL', KEYS[4]) }
`);

const RELEASE = new Script(`
-- KEYS: 1 ends of leases  2 holders of units
-- ARGV: 1 holder, then its units
-- Result: 1
for i = 2, #ARGV do
  if redis.call('HGET', KEYS[2], ARGV[i]) == ARGV[1] then
    redis.call('HDEL', KEYS[2], ARGV[i])
    redis.call('ZREM', KEYS[1], ARGV[i])
  end
end
return 1
`);

const SAVE = new Script(`
-- Writes progress while the holder has the unit: a worker that slept past its lease must not move a place back.
-- KEYS: 1 ends of leases  2 holders of units  3 progress of the mapping (hash)
-- ARGV: 1 holder  2 unit  3 field  4 value, then fields to drop
-- Result: 1, or 0 when the unit is not the holder's
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('HGET', KEYS[2], ARGV[2]) ~= ARGV[1] then return 0 end
if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[2]) or 0) <= now then return 0 end
redis.call('HSET', KEYS[3], ARGV[3], ARGV[4])
for i = 5, #ARGV do redis.call('HDEL', KEYS[3], ARGV[i]) end
return 1
`);

export interface RedisSourceLeasesOptions {
  readonly redis: Redis;
  readonly prefix: string;
}

export class RedisSourceLeases implements SourceLeases {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(options: RedisSourceLeasesOptions) {
    this.#redis = options.redis;
    this.#prefix = options.prefix;
  }

  async claim({ holder, leaseMs, keep, take, takeMax, demand }: ClaimUnits): Promise<ClaimedUnits> {
    const keys = ["ends", "units", "holders", "demand", "demand-ends"].map((name) => this.#key(name));
    const args = [holder, Math.ceil(leaseMs), keep.length, take.length, takeMax, ...keep, ...take];
    const [holders, units, flat] = (await CLAIM.run(this.#redis, keys, [
      ...args,
      ...Object.entries(demand).flat(),
    ])) as [number, string[], string[]];
    const asked: Record<string, number> = {};
    for (let index = 0; index < flat.length; index += 2) asked[flat[index] ?? ""] = Number(flat[index + 1]);
    return { units, holders, demand: asked };
  }

  async release(holder: string, units: readonly string[]): Promise<void> {
    if (units.length > 0) await RELEASE.run(this.#redis, [this.#key("ends"), this.#key("units")], [holder, ...units]);
  }

  async leave(holder: string, units: readonly string[]): Promise<void> {
    await this.release(holder, units);
    await reply(this.#redis.zrem(this.#key("holders"), holder));
  }

  async load(mapping: string): Promise<Readonly<Record<string, string>>> {
    return await reply(this.#redis.hgetall(this.#progress(mapping)));
  }

  async save({ holder, unit, mapping, field, value, drop = [] }: SaveProgress): Promise<boolean> {
    const keys = [this.#key("ends"), this.#key("units"), this.#progress(mapping)];
    return (await SAVE.run(this.#redis, keys, [holder, unit, field, value, ...drop])) === 1;
  }

  async note(mapping: string, field: string, value: string): Promise<void> {
    await reply(this.#redis.hset(this.#progress(mapping), field, value));
  }

  async forget(mapping: string): Promise<void> {
    await reply(this.#redis.unlink(this.#progress(mapping)));
  }

  #progress(mapping: string): string {
    return this.#key(`progress:${mapping}`);
  }

  #key(name: string): string {
    return redisKey(this.#prefix, "sources", name);
  }
}
