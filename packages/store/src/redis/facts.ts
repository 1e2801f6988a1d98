import type { FactBatch, FactStream, InvocationEvent } from "@sluice/core";
import type { Redis } from "ioredis";
import { checkStreamCursor } from "../stream-cursor.ts";
import { FACT_LIMITS, type StreamLimits } from "../stream-limits.ts";
import { appendCapped, payloadOf } from "./capped-stream.ts";
import { connectLike } from "./connect.ts";
import { redisKey } from "./redis-key.ts";
import { reply } from "./reply.ts";

export interface RedisFactsOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly limits?: StreamLimits | undefined;
}

/** A read may answer with nothing before the asked time; so a server that hangs is noticed within seconds. */
const LONGEST_BLOCK_MS = 10_000;
const ANSWER_MS = 3_000;

/** One stream; an entry holds the facts that one append brought. */
export class RedisFacts implements FactStream {
  readonly #redis: Redis;
  readonly #keys: readonly [stream: string, bytes: string];
  readonly #limits: StreamLimits;
  #reader: Redis | undefined;
  #stopped = false;

  constructor(options: RedisFactsOptions) {
    this.#redis = options.redis;
    this.#keys = [redisKey(options.prefix, "facts", "stream"), redisKey(options.prefix, "facts", "bytes")];
    this.#limits = options.limits ?? FACT_LIMITS;
  }

  async append(facts: readonly InvocationEvent[]): Promise<void> {
    if (facts.length === 0) return;
    await appendCapped(this.#redis, this.#keys, JSON.stringify(facts), this.#limits);
  }

  /** Reads wait for one another: they share one connection, apart from everything else. */
  async read(
    after: string,
    options: { readonly limit: number; readonly blockMs: number },
  ): Promise<readonly FactBatch[]> {
    checkStreamCursor(after);
    if (this.#stopped) return [];
    const limit = Math.max(1, options.limit);
    // To Redis, BLOCK 0 means for ever.
    const block = Math.min(Math.trunc(options.blockMs), LONGEST_BLOCK_MS);
    const [stream] = this.#keys;
    const reader = this.#connect();
    try {
      const streams = await reply(
        block > 0
          ? reader.xread("COUNT", limit, "BLOCK", block, "STREAMS", stream, after)
          : reader.xread("COUNT", limit, "STREAMS", stream, after),
      );
      const entries = streams?.[0]?.[1] ?? [];
      return entries.map((entry) => ({ cursor: entry[0], facts: JSON.parse(payloadOf(entry)) as InvocationEvent[] }));
    } catch (error) {
      if (this.#isStopped()) return [];
      throw error;
    }
  }

  /** Ends a waiting read, which then answers nothing. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#reader?.disconnect();
  }

  #isStopped(): boolean {
    return this.#stopped;
  }

  #connect(): Redis {
    this.#reader ??= connectLike(this.#redis, "facts", { commandTimeout: LONGEST_BLOCK_MS + ANSWER_MS });
    return this.#reader;
  }
}
