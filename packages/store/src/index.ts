export type { StoreLimits, Stores } from "./stores.ts";
export { FACT_LIMITS, LOG_LIMITS, type StreamLimits } from "./stream-limits.ts";
export { connectRedis, type ConnectOptions } from "./redis/connect.ts";
export { checkRedisPolicy, type RedisPolicy } from "./redis/policy.ts";
export { toPlatformError } from "./redis/reply.ts";
export { createRedisStores, type RedisStoresOptions } from "./redis/stores.ts";
export { createMemoryStores, type MemoryStoresOptions } from "./memory/stores.ts";
export { FunctionCache, type FunctionCacheOptions, type FunctionTarget } from "./function-cache.ts";
export { Journal, type JournalOptions } from "./journal.ts";
