import type { FunctionRef, LogEntry, LogRecord, LogStore } from "@sluice/core";
import type { Redis } from "ioredis";
import { formatRecordCursor, parseRecordCursor } from "../stream-cursor.ts";
import { LOG_LIMITS, type StreamLimits } from "../stream-limits.ts";
import { appendCapped, payloadOf, type StreamEntry } from "./capped-stream.ts";
import { functionRedisKey } from "./redis-key.ts";
import { reply } from "./reply.ts";

export interface RedisLogsOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly limits?: StreamLimits | undefined;
}

/** Entries fetched at once; one entry may be hundreds of kilobytes. */
const PAGE = 50;

/** A stream per function; an entry holds the records that one append brought. */
export class RedisLogs implements LogStore {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #limits: StreamLimits;

  constructor(options: RedisLogsOptions) {
    this.#redis = options.redis;
    this.#prefix = options.prefix;
    this.#limits = options.limits ?? LOG_LIMITS;
  }

  async append(batch: readonly { readonly ref: FunctionRef; readonly records: readonly LogRecord[] }[]): Promise<void> {
    // Sent together and answered together, like a pipeline, but free to go to several nodes of a cluster.
    await Promise.all(
      batch
        .filter(({ records }) => records.length > 0)
        .map(({ ref, records }) => appendCapped(this.#redis, this.#keys(ref), JSON.stringify(records), this.#limits)),
    );
  }

  async read(
    ref: FunctionRef,
    options: { readonly after?: string; readonly limit: number },
  ): Promise<readonly LogEntry[]> {
    return options.after === undefined
      ? await this.#readLast(ref, options.limit)
      : await this.#readAfter(ref, options.after, options.limit);
  }

  async delete(ref: FunctionRef): Promise<void> {
    await reply(this.#redis.del(...this.#keys(ref)));
  }

  async #readAfter(ref: FunctionRef, after: string, limit: number): Promise<LogEntry[]> {
    const cursor = parseRecordCursor(after);
    const [stream] = this.#keys(ref);
    const found: LogEntry[] = [];
    let from = cursor.entry;
    while (found.length < limit) {
      const entries = await reply(this.#redis.xrange(stream, from, "+", "COUNT", PAGE));
      for (const entry of entries) {
        const records = toLogEntries(entry);
        found.push(...(entry[0] === cursor.entry ? records.slice(cursor.index + 1) : records));
      }
      const last = entries.at(-1);
      if (last === undefined || entries.length < PAGE) break;
      from = `(${last[0]}`;
    }
    return found.slice(0, limit);
  }

  async #readLast(ref: FunctionRef, limit: number): Promise<LogEntry[]> {
    const [stream] = this.#keys(ref);
    let found: LogEntry[] = [];
    let to = "+";
    while (found.length < limit) {
      const entries = await reply(this.#redis.xrevrange(stream, to, "-", "COUNT", PAGE));
      found = [...entries.toReversed().flatMap(toLogEntries), ...found];
      const first = entries.at(-1);
      if (first === undefined || entries.length < PAGE) break;
      to = `(${first[0]}`;
    }
    return limit > 0 ? found.slice(-limit) : [];
  }

  #keys(ref: FunctionRef): [stream: string, bytes: string] {
    return [functionRedisKey(this.#prefix, ref, "log"), functionRedisKey(this.#prefix, ref, "log-bytes")];
  }
}

function toLogEntries(entry: StreamEntry): LogEntry[] {
  const records = JSON.parse(payloadOf(entry)) as LogRecord[];
  return records.map((record, index) => ({ cursor: formatRecordCursor({ entry: entry[0], index }), record }));
}
