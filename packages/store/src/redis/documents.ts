import {
  type DecideDocument,
  type DocumentKind,
  type DocumentStore,
  PlatformError,
  type StoredDocument,
} from "@sluice/core";
import type { Redis } from "ioredis";
import type { ChangeFeed } from "./change-feed.ts";
import { redisKey } from "./redis-key.ts";
import { reply } from "./reply.ts";
import { Script } from "./script.ts";

const WRITE = new Script(`
-- Writes or removes a document, if it is still what was read, and tells the listeners.
-- KEYS: 1 documents of a kind (hash: tenant/id -> JSON)  2 their names in order (sorted set)
-- ARGV: 1 tenant/id  2 JSON as read, "" when there was none  3 JSON to write, "" to remove  4 channel
-- Result: 1, or 0 when somebody else wrote in between
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
  redis.call('ZADD', KEYS[2], 0, ARGV[1])
end
redis.call('PUBLISH', ARGV[4], ARGV[1])
return 1
`);

const ROUNDS_MAX = 200;
/** Documents fetched at once. */
const PAGE = 200;

export interface RedisDocumentsOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly feed: ChangeFeed;
}

/** One hash and one sorted set of names for each kind, under one hash tag. */
export class RedisDocuments implements DocumentStore {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #feed: ChangeFeed;

  constructor(options: RedisDocumentsOptions) {
    this.#redis = options.redis;
    this.#prefix = options.prefix;
    this.#feed = options.feed;
  }

  async get(kind: DocumentKind, tenant: string, id: string): Promise<unknown> {
    const held = await reply(this.#redis.hget(this.#key(kind), `${tenant}/${id}`));
    return held === null ? undefined : JSON.parse(held);
  }

  async list(
    kind: DocumentKind,
    tenant: string,
    page: { readonly prefix?: string; readonly after?: string; readonly limit?: number } = {},
  ): Promise<readonly StoredDocument[]> {
    const { prefix = "", after, limit = Number.POSITIVE_INFINITY } = page;
    const low = after !== undefined && after >= prefix ? `(${tenant}/${after}` : `[${tenant}/${prefix}`;
    return await this.#range(kind, low, `(${tenant}/${prefix}\xff`, limit);
  }

  async listAll(kind: DocumentKind): Promise<readonly StoredDocument[]> {
    return await this.#range(kind, "-", "+", Number.POSITIVE_INFINITY);
  }

  async change(kind: DocumentKind, tenant: string, id: string, decide: DecideDocument): Promise<unknown> {
    const field = `${tenant}/${id}`;
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const held = await reply(this.#redis.hget(this.#key(kind), field));
      const before = held === null ? undefined : (JSON.parse(held) as unknown);
      const decision = decide(before);
      if (decision === undefined) return before;
      const next = "put" in decision ? JSON.stringify(decision.put) : "";
      const keys = [this.#key(kind), this.#key(`${kind}:names`)];
      const written = await WRITE.run(this.#redis, keys, [field, held ?? "", next, this.#key(`${kind}:changes`)]);
      if (written === 1) return "put" in decision ? decision.put : undefined;
    }
    throw new PlatformError("Service.Unavailable", "The record is changed by too many others at the same time.");
  }

  async nextNumber(kind: DocumentKind, tenant: string, name: string): Promise<number> {
    return await reply(this.#redis.hincrby(this.#key(`${kind}:numbers`), `${tenant}/${name}`, 1));
  }

  onChange(kind: DocumentKind, listener: () => void): Promise<() => Promise<void>> {
    return this.#feed.listen(this.#key(`${kind}:changes`), { onMessage: listener, onGap: listener });
  }

  async #range(kind: DocumentKind, low: string, high: string, limit: number): Promise<readonly StoredDocument[]> {
    const found: StoredDocument[] = [];
    let from = low;
    while (found.length < limit) {
      const count = Math.min(PAGE, limit - found.length);
      const names = await reply(this.#redis.zrangebylex(this.#key(`${kind}:names`), from, high, "LIMIT", 0, count));
      const last = names.at(-1);
      if (last === undefined) break;
      const held = await reply(this.#redis.hmget(this.#key(kind), ...names));
      for (const [at, name] of names.entries()) {
        const json = held[at];
        if (typeof json === "string") found.push(toDocument(name, json));
      }
      if (names.length < count) break;
      from = `(${last}`;
    }
    return found;
  }

  #key(name: string): string {
    return redisKey(this.#prefix, "documents", name);
  }
}

/** A tenant's name holds no slash. */
function toDocument(name: string, json: string): StoredDocument {
  const slash = name.indexOf("/");
  return { tenant: name.slice(0, slash), id: name.slice(slash + 1), value: JSON.parse(json) as unknown };
}
