import { randomBytes } from "node:crypto";
import {
  type CreateStream,
  formatSequence,
  LIMITS,
  type ListStreams,
  PlatformError,
  type PutRecords,
  type ReadRecords,
  type RecordPage,
  type RecordPlace,
  type RecordPosition,
  type RecordStream,
  type RecordStreams,
  type StoredRecord,
  type StreamRef,
  type UpdateStream,
} from "@sluice/core";
import type { Redis } from "ioredis";
import * as rules from "../../stream-rules.ts";
import { waitFor } from "../../wakeup.ts";
import type { ChangeFeed } from "../change-feed.ts";
import { redisKey } from "../redis-key.ts";
import { reply } from "../reply.ts";
import * as scripts from "./stream-scripts.ts";

export interface RedisRecordStreamsOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly feed: ChangeFeed;
  readonly limits?: rules.RecordStreamLimits | undefined;
}

interface Meta {
  readonly text: string;
  readonly stream: RecordStream;
}

const UPDATE_TRIES = 20;

export class RedisRecordStreams implements RecordStreams {
  readonly #options: RedisRecordStreamsOptions;
  readonly #limits: rules.RecordStreamLimits;
  readonly #stopped = new AbortController();

  constructor(options: RedisRecordStreamsOptions) {
    this.#options = options;
    this.#limits = options.limits ?? rules.RECORD_STREAM_LIMITS;
  }

  /** A name enters the tenant's list first and leaves it last: a crash leaves at most a name without a stream. */
  async create(params: CreateStream): Promise<boolean> {
    const { redis } = this.#options;
    const most = this.#limits.streamsPerTenant;
    if ((await scripts.STREAM_INDEX.run(redis, [this.#names(params.tenant)], [params.name, most])) !== 1) {
      throw rules.tooManyStreams(most);
    }
    const { shards, onDemand, retentionMs, tags } = params;
    const id = randomBytes(9).toString("base64url");
    const record = JSON.stringify({ id, shards, onDemand, retentionMs, tags });
    return (await scripts.STREAM_CREATE.run(redis, [this.#key(params, "meta")], [record, retentionMs])) === 1;
  }

  async describe(params: StreamRef): Promise<RecordStream | undefined> {
    return (await this.#read(params))?.stream;
  }

  async list({ tenant, after, limit }: ListStreams): Promise<readonly RecordStream[]> {
    const found: RecordStream[] = [];
    let from = after === undefined ? "-" : `(${after}`;
    while (found.length < limit) {
      const names = await reply(this.#options.redis.zrangebylex(this.#names(tenant), from, "+", "LIMIT", 0, limit));
      const streams = await Promise.all(names.map((name) => this.describe({ tenant, name })));
      found.push(...streams.filter((stream) => stream !== undefined));
      if (names.length < limit) break;
      from = `(${names.at(-1)}`;
    }
    return found.slice(0, limit);
  }

  async update(params: UpdateStream): Promise<RecordStream> {
    for (let tries = 0; tries < UPDATE_TRIES; tries++) {
      const { text, stream } = await this.#find(params);
      const { retentionMs = stream.retentionMs, tags = stream.tags } = params.change(stream);
      const { id, shards, onDemand } = stream;
      const after = JSON.stringify({ id, shards, onDemand, retentionMs, tags });
      const keys = [this.#key(params, "meta"), ...this.#allShardKeys(stream)];
      if ((await scripts.STREAM_UPDATE.run(this.#options.redis, keys, [text, after, retentionMs])) === 1) {
        return { ...stream, retentionMs, tags };
      }
    }
    throw new PlatformError("Service.Unavailable", "The stream is being changed by others; try again.");
  }

  async destroy(params: StreamRef): Promise<void> {
    const meta = await this.#read(params);
    const { redis } = this.#options;
    if (meta !== undefined) {
      await reply(redis.unlink([this.#key(params, "meta"), ...this.#allShardKeys(meta.stream)]));
    }
    await reply(redis.zrem(this.#names(params.tenant), params.name));
    if (meta === undefined) throw rules.noStream(params);
  }

  async put(params: PutRecords): Promise<readonly RecordPlace[]> {
    const { text, stream } = await this.#find(params);
    const shards = params.records.map((record) => rules.shardFor(record, stream.shards));
    const touched = [...new Set(shards)];
    const keys = [this.#key(params, "meta"), ...touched.flatMap((shard) => this.#shardKeys(params, shard))];
    const records = params.records.flatMap(({ partitionKey, data }, index) => {
      const shard = shards[index] ?? 0;
      return [touched.indexOf(shard) + 1, shard, partitionKey, Buffer.from(data)];
    });
    const head = [this.#key(params, "wake"), text, this.#limits.shardBytes];
    const [ok, ...ids] = (await scripts.STREAM_PUT.run(this.#options.redis, keys, [...head, ...records])) as [
      number,
      ...string[],
    ];
    if (ok === 0) throw rules.noStream(params);
    return ids.map((id, index) => {
      const shard = shards[index] ?? 0;
      return { shard, sequence: toSequence(id, shard) };
    });
  }

  async read(params: ReadRecords): Promise<RecordPage> {
    const first = await this.#page(params);
    const { waitMs = 0, signal, shard } = params;
    if (first.records.length > 0 || waitMs <= 0) return first;
    const stopped = this.#stopped.signal;
    return await waitFor({
      waitMs,
      signal: signal === undefined ? stopped : AbortSignal.any([signal, stopped]),
      listen: (ring) => {
        const listener = (which?: number): void => {
          if (which === undefined || which === shard) ring();
        };
        return this.onRecord({ ...params, listener });
      },
      look: async () => {
        const answer = await this.#page(params);
        return { answer, found: answer.records.length > 0, dueMs: Number.POSITIVE_INFINITY };
      },
    });
  }

  async head(params: StreamRef & { readonly shard: number }): Promise<string> {
    const [stream = ""] = this.#shardKeys(params, params.shard);
    const keys = [this.#key(params, "meta"), stream];
    const [ok, now, newest] = (await scripts.STREAM_HEAD.run(this.#options.redis, keys, [])) as [
      number,
      string,
      string,
    ];
    if (ok === 0) throw rules.noStream(params);
    return newest === "" ? rules.endBefore(Number(now), params.shard) : toSequence(newest, params.shard);
  }

  onRecord(
    params: StreamRef & { readonly listener: (shard: number | undefined) => void },
  ): Promise<() => Promise<void>> {
    return this.#options.feed.listen(this.#key(params, "wake"), {
      onMessage: (text) => params.listener(Number(text)),
      onGap: () => params.listener(undefined),
    });
  }

  /** Ends waiting reads. */
  async stop(): Promise<void> {
    this.#stopped.abort();
  }

  async #page(params: ReadRecords): Promise<RecordPage> {
    const [stream = ""] = this.#shardKeys(params, params.shard);
    const limit = Math.max(1, Math.min(Math.trunc(params.limit) || 1, LIMITS.getRecordsMax));
    const [ok, behindMs, ...entries] = (await scripts.STREAM_READ.runBuffer(
      this.#options.redis,
      [this.#key(params, "meta"), stream],
      [toId(params.from), limit, Math.min(params.bytes, LIMITS.getRecordsBytesMax)],
    )) as [number, number, ...Buffer[][]];
    if (ok === 0) throw rules.noStream(params);
    return { records: entries.map((entry) => toRecord(entry, params.shard)), behindMs };
  }

  async #find(params: StreamRef): Promise<Meta> {
    const meta = await this.#read(params);
    if (meta === undefined) throw rules.noStream(params);
    return meta;
  }

  async #read({ tenant, name }: StreamRef): Promise<Meta | undefined> {
    const key = this.#key({ tenant, name }, "meta");
    const [text, created] = await reply(this.#options.redis.hmget(key, "record", "created"));
    if (typeof text !== "string") return undefined;
    const record = JSON.parse(text) as Omit<RecordStream, "tenant" | "name" | "createdAt">;
    return { text, stream: { tenant, name, ...record, createdAt: Number(created) } };
  }

  #allShardKeys(stream: RecordStream): string[] {
    return Array.from({ length: stream.shards }, (_, shard) => this.#shardKeys(stream, shard)).flat();
  }

  #shardKeys(stream: StreamRef, shard: number): string[] {
    return [this.#key(stream, `shard:${shard}`), this.#key(stream, `bytes:${shard}`)];
  }

  #key(stream: StreamRef, name: string): string {
    return redisKey(this.#options.prefix, `stream:${stream.tenant}.${stream.name}`, name);
  }

  #names(tenant: string): string {
    return redisKey(this.#options.prefix, `streams:${tenant}`, "names");
  }
}

function toId(from: RecordPosition): string {
  if (from.kind === "start") return "0";
  if (from.kind === "time") return `${Math.max(0, Math.ceil(from.atMs))}`;
  const { atMs, counter } = rules.spotOf(from.sequence);
  return `${from.kind === "after" ? "(" : ""}${atMs}-${counter}`;
}

function toSequence(id: string, shard: number): string {
  const [atMs = 0, counter = 0] = id.split("-").map(Number);
  return formatSequence({ atMs, counter, shard });
}

function toRecord([id = Buffer.of(), key = Buffer.of(), data = Buffer.of()]: Buffer[], shard: number): StoredRecord {
  const sequence = toSequence(String(id), shard);
  return { sequence, arrivedAt: rules.spotOf(sequence).atMs, partitionKey: String(key), data };
}
