import { Redis } from "ioredis";
import { parseRedisAddress } from "@sluice/core";

export interface ConnectOptions {
  /** Shown by CLIENT LIST. No spaces. */
  readonly name: string;
  /** Hears of lost and refused connections; commands fail by themselves. */
  readonly onError: (error: Error) => void;
}

/** How long any command may take, Redis down or not. */
const COMMAND_TIMEOUT_MS = 3_000;
const RETRY_MS_MAX = 1_000;
/**
 * Every so many failed reconnects (first after about 2.5 s, then every 7 s) ioredis fails all waiting commands. Without
 * it, commands whose callers long gave up would pile up in memory and run when Redis returns.
 */
const RECONNECTS_PER_COMMAND = 6;

/**
 * Connects in the background and reconnects for ever; a command sent meanwhile waits its turn. The caller disconnects.
 *
 * @throws PlatformError Service.Unavailable when the address cannot be read
 */
export function connectRedis(url: string, options: ConnectOptions): Redis {
  const redis = new Redis({
    ...parseRedisAddress(url),
    connectionName: `sluice:${options.name}`,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: RECONNECTS_PER_COMMAND,
    retryStrategy: (attempt) => Math.min(50 * 2 ** (attempt - 1), RETRY_MS_MAX),
  });
  redis.on("error", options.onError);
  return redis;
}

/**
 * A second connection like the first, for what would block it or needs a mode of its own. It reports no errors: when
 * Redis is away the first connection says so, and what waits on this one fails by itself.
 */
export function connectLike(redis: Redis, purpose: string, override: Parameters<Redis["duplicate"]>[0] = {}): Redis {
  const connection = redis.duplicate({
    ...override,
    connectionName: `${redis.options.connectionName ?? "sluice"}:${purpose}`,
  });
  connection.on("error", () => undefined);
  return connection;
}
