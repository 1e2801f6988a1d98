export { type EmbeddedRedis, type EmbeddedRedisOptions, startEmbeddedRedis } from "./embedded-redis.ts";
export { ensureRedisServer, type EnsureRedisOptions, findRedisServer } from "./redis-binary.ts";
export type { RunningProcess } from "./running-process.ts";
