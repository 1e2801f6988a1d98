import { parseRedisAddress } from "@sluice/core";
import type { RedisOptions } from "ioredis";

/**
 * Where a server is, as ioredis takes it.
 *
 * @param url `redis://`, `rediss://`, `unix:/path` or the bare path of a socket
 * @throws PlatformError Service.Unavailable when the address cannot be read
 */
export function redisOptionsFromUrl(url: string): RedisOptions {
  return { ...parseRedisAddress(url) };
}
