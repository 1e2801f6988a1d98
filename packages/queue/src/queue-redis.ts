import type { RedisOptions } from "ioredis";
import { EndingRedis } from "./ending-redis.ts";
import { Notices, type OnNotice } from "./notice.ts";
import { redisOptionsFromUrl } from "./redis-options.ts";

export interface ConnectQueueRedisOptions {
  /** Shown by CLIENT LIST. No spaces. Default: `queue`. */
  readonly name?: string;
  /** Hears of outages, lost leases and stalled events. Called at most once in ten seconds for the same text. */
  readonly onNotice?: OnNotice;
}

/**
 * Where the queues live. It holds no connection itself: a queue opens one, a consumer two and one more for each
 * function that it is attached to, and each closes what it opened.
 */
export class QueueRedis {
  readonly notices: Notices;
  readonly #options: RedisOptions;
  readonly #name: string;

  constructor(options: RedisOptions, name: string, notices: Notices) {
    this.#options = options;
    this.#name = name;
    this.notices = notices;
  }

  open(purpose: string, options: RedisOptions): EndingRedis {
    const all: RedisOptions = {
      ...this.#options,
      connectionName: `sluice:${this.#name}:${purpose}`,
      retryStrategy: (attempt) => Math.min(50 * 2 ** (attempt - 1), RETRY_MS_MAX),
      lazyConnect: true,
      ...options,
    };
    return new EndingRedis(all, (error) => this.notices.report({ kind: "connection", message: describe(error) }));
  }
}

const RETRY_MS_MAX = 1_000;

/** Node reports a refused `localhost` as an AggregateError without a message. */
function describe(error: Error & { readonly code?: string }): string {
  return error.message !== "" ? error.message : (error.code ?? error.name);
}

/**
 * Names the Redis server of queues and consumers; connects when they do, and reconnects for ever.
 *
 * @param url `redis://`, `rediss://` or `unix:/path`, see {@link redisOptionsFromUrl}
 * @throws PlatformError Service.Unavailable when the address cannot be read
 */
export function connectQueueRedis(url: string, options: ConnectQueueRedisOptions = {}): QueueRedis {
  const notices = new Notices(options.onNotice ?? (() => undefined));
  return new QueueRedis(redisOptionsFromUrl(url), options.name ?? "queue", notices);
}
