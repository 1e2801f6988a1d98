import { type FunctionRef, functionKey } from "@sluice/core";

export const DEFAULT_PREFIX = "sluice";

/**
 * Names of Redis keys. The braces are a Redis Cluster's hash tag: keys with equal tags live on one node, and only those
 * may be touched by one script. Tags are the function (`tenant.name`) for what belongs to one function, `kv:tenant` for
 * guests' data, and one word for what all tenants share.
 */
export function redisKey(prefix: string, tag: string, name: string): string {
  return `${prefix}:{${tag}}:${name}`;
}

export function functionRedisKey(prefix: string, ref: FunctionRef, name: string): string {
  return redisKey(prefix, functionKey(ref), name);
}
