import type { WorkerDirectory, WorkerLease } from "@sluice/core";
import type { Redis } from "ioredis";
import { workerFace } from "../worker-face.ts";
import type { ChangeFeed } from "./change-feed.ts";
import { redisKey } from "./redis-key.ts";
import { Script } from "./script.ts";

const ANNOUNCE = new Script(`
-- Writes or renews a worker's lease; tells the listeners when the worker is new or its face changed.
-- KEYS: 1 leases (hash: id -> lease JSON)  2 faces (hash)  3 ends of the leases (sorted set, score = ms)
-- ARGV: 1 id  2 lease (JSON)  3 face  4 time to live (ms)  5 channel
-- Result: 1
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ends = tonumber(redis.call('ZSCORE', KEYS[3], ARGV[1]) or '0')
local known = ends > now and redis.call('HGET', KEYS[2], ARGV[1])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
redis.call('ZADD', KEYS[3], now + tonumber(ARGV[4]), ARGV[1])
if known ~= ARGV[3] then redis.call('PUBLISH', ARGV[5], ARGV[1]) end
return 1
`);

const WITHDRAW = new Script(`
-- Ends a lease now.
-- KEYS: as above
-- ARGV: 1 id  2 channel
-- Result: 1, or 0 when there was none
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
local removed = redis.call('ZREM', KEYS[3], ARGV[1])
if removed == 1 then redis.call('PUBLISH', ARGV[2], ARGV[1]) end
return removed
`);

const LIST = new Script(`
-- Drops the leases that ended (a worker died), telling the listeners, and answers the others.
-- KEYS: as above
-- ARGV: 1 channel
-- Result: leases (JSON)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now)) do
  redis.call('HDEL', KEYS[1], id)
  redis.call('HDEL', KEYS[2], id)
  redis.call('ZREM', KEYS[3], id)
  redis.call('PUBLISH', ARGV[1], id)
end
return redis.call('HVALS', KEYS[1])
`);

export interface RedisWorkersOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly feed: ChangeFeed;
}

/** Leases by the clock of Redis, so that the clocks of workers and gateways need not agree. */
export class RedisWorkers implements WorkerDirectory {
  readonly #redis: Redis;
  readonly #keys: readonly string[];
  readonly #channel: string;
  readonly #feed: ChangeFeed;

  constructor(options: RedisWorkersOptions) {
    this.#redis = options.redis;
    this.#keys = ["leases", "faces", "ends"].map((name) => redisKey(options.prefix, "workers", name));
    this.#channel = redisKey(options.prefix, "workers", "changes");
    this.#feed = options.feed;
  }

  async announce(lease: WorkerLease, ttlMs: number): Promise<void> {
    const args = [lease.id, JSON.stringify(lease), workerFace(lease), Math.ceil(ttlMs), this.#channel];
    await ANNOUNCE.run(this.#redis, this.#keys, args);
  }

  async withdraw(id: string): Promise<void> {
    await WITHDRAW.run(this.#redis, this.#keys, [id, this.#channel]);
  }

  async list(): Promise<readonly WorkerLease[]> {
    const leases = (await LIST.run(this.#redis, this.#keys, [this.#channel])) as string[];
    return leases.map((lease) => JSON.parse(lease) as WorkerLease);
  }

  onChange(listener: () => void): Promise<() => Promise<void>> {
    return this.#feed.listen(this.#channel, { onMessage: () => listener(), onGap: () => listener() });
  }
}
