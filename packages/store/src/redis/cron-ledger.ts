import type { CronLedger } from "@sluice/core";
import type { Redis } from "ioredis";
import { redisKey } from "./redis-key.ts";
import { reply } from "./reply.ts";
import { Script } from "./script.ts";

const ADVANCE = new Script(`
-- Moves a trigger's last slot forward, never back.
-- KEYS: 1 ledger (hash: tenant/trigger -> ms)
-- ARGV: 1 tenant/trigger  2 slot (ms)
-- Result: 1 when it moved, else 0
local last = redis.call('HGET', KEYS[1], ARGV[1])
if last and tonumber(last) >= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
`);

export interface RedisCronLedgerOptions {
  readonly redis: Redis;
  readonly prefix: string;
}

export class RedisCronLedger implements CronLedger {
  readonly #redis: Redis;
  readonly #key: string;

  constructor(options: RedisCronLedgerOptions) {
    this.#redis = options.redis;
    this.#key = redisKey(options.prefix, "cron", "ledger");
  }

  async lastSlot(tenant: string, trigger: string): Promise<number | undefined> {
    const slot = await reply(this.#redis.hget(this.#key, field(tenant, trigger)));
    return slot === null ? undefined : Number(slot);
  }

  async advance(tenant: string, trigger: string, slot: number): Promise<void> {
    await ADVANCE.run(this.#redis, [this.#key], [field(tenant, trigger), slot]);
  }

  async forget(tenant: string, trigger: string): Promise<void> {
    await reply(this.#redis.hdel(this.#key, field(tenant, trigger)));
  }
}

/** A tenant's name holds no slash. */
function field(tenant: string, trigger: string): string {
  return `${tenant}/${trigger}`;
}
