import type { Redis } from "ioredis";
import { reply } from "./reply.ts";

export interface RedisPolicy {
  /** Redis may drop keys when memory is short: accepted events would be lost, so no service may start on it. */
  readonly evicting: boolean;
  readonly policy: string;
  /** Off: a crash of Redis loses what was accepted since the last snapshot. */
  readonly aof: boolean;
}

/**
 * Asks INFO, not CONFIG, because managed servers forbid CONFIG.
 *
 * @throws PlatformError Service.Unavailable
 */
export async function checkRedisPolicy(redis: Redis): Promise<RedisPolicy> {
  const [memory, persistence] = await Promise.all([reply(redis.info("memory")), reply(redis.info("persistence"))]);
  const policy = field(memory, "maxmemory_policy") ?? "unknown";
  return { evicting: policy !== "noeviction", policy, aof: field(persistence, "aof_enabled") === "1" };
}

function field(info: string, name: string): string | undefined {
  const line = info.split("\r\n").find((text) => text.startsWith(`${name}:`));
  return line?.slice(name.length + 1);
}
