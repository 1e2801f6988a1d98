import { randomBytes } from "node:crypto";
import {
  type CreateStream,
  formatSequence,
  LIMITS,
  type ListStreams,
  type PutRecords,
  type ReadRecords,
  type RecordPage,
  type RecordPlace,
  type RecordStream,
  type RecordStreams,
  type StoredRecord,
  type StreamRef,
  type UpdateStream,
} from "@sluice/core";
import * as rules from "../stream-rules.ts";
import { waitFor } from "../wakeup.ts";
import { Listeners } from "./listeners.ts";

export interface MemoryRecordStreamsOptions {
  readonly now: () => number;
  readonly limits?: rules.RecordStreamLimits | undefined;
}

interface MemoryStream {
  record: RecordStream;
  readonly shards: StoredRecord[][];
}

export class MemoryRecordStreams implements RecordStreams {
  readonly #now: () => number;
  readonly #limits: rules.RecordStreamLimits;
  readonly #streams = new Map<string, MemoryStream>();
  readonly #listeners = new Listeners<number | undefined>();
  readonly #stopped = new AbortController();
  #counter = 0;

  constructor(options: MemoryRecordStreamsOptions) {
    this.#now = options.now;
    this.#limits = options.limits ?? rules.RECORD_STREAM_LIMITS;
  }

  async create(params: CreateStream): Promise<boolean> {
    if (this.#streams.has(keyOf(params))) return false;
    const most = this.#limits.streamsPerTenant;
    if (this.#of(params.tenant).length >= most) throw rules.tooManyStreams(most);
    const { tenant, name, shards, onDemand, retentionMs, tags } = params;
    const id = randomBytes(9).toString("base64url");
    const record = { tenant, name, id, shards, onDemand, retentionMs, tags, createdAt: this.#now() };
    this.#streams.set(keyOf(params), { record, shards: Array.from({ length: shards }, () => []) });
    return true;
  }

  async describe(params: StreamRef): Promise<RecordStream | undefined> {
    return this.#streams.get(keyOf(params))?.record;
  }

  async list({ tenant, after = "", limit }: ListStreams): Promise<readonly RecordStream[]> {
    return this.#of(tenant)
      .filter(({ name }) => name > after)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .slice(0, limit);
  }

  async update(params: UpdateStream): Promise<RecordStream> {
    const stream = this.#find(params);
    stream.record = { ...stream.record, ...params.change(stream.record) };
    return stream.record;
  }

  async destroy(params: StreamRef): Promise<void> {
    if (!this.#streams.delete(keyOf(params))) throw rules.noStream(params);
  }

  async put(params: PutRecords): Promise<readonly RecordPlace[]> {
    const { record, shards } = this.#find(params);
    const numbers = params.records.map((one) => rules.shardFor(one, record.shards));
    const arrivedAt = this.#now();
    const places = params.records.map(({ partitionKey, data }, index) => {
      const shard = numbers[index] ?? 0;
      const sequence = formatSequence({ atMs: arrivedAt, counter: (this.#counter += 1), shard });
      shards[shard]?.push({ sequence, arrivedAt, partitionKey, data: Buffer.from(data) });
      return { shard, sequence };
    });
    for (const shard of new Set(numbers)) {
      this.#cap(shards[shard] ?? []);
      this.#listeners.call(keyOf(params), shard);
    }
    return places;
  }

  async read(params: ReadRecords): Promise<RecordPage> {
    const first = this.#page(params);
    const { waitMs = 0, signal } = params;
    if (first.records.length > 0 || waitMs <= 0) return first;
    const stopped = this.#stopped.signal;
    return await waitFor({
      waitMs,
      signal: signal === undefined ? stopped : AbortSignal.any([signal, stopped]),
      listen: (listener) => this.onRecord({ ...params, listener }),
      look: async () => {
        const answer = this.#page(params);
        return { answer, found: answer.records.length > 0, dueMs: Number.POSITIVE_INFINITY };
      },
    });
  }

  async head(params: StreamRef & { readonly shard: number }): Promise<string> {
    const newest = this.#find(params).shards[params.shard]?.at(-1);
    return newest?.sequence ?? rules.endBefore(this.#now(), params.shard);
  }

  async onRecord(
    params: StreamRef & { readonly listener: (shard: number | undefined) => void },
  ): Promise<() => Promise<void>> {
    return this.#listeners.add(keyOf(params), params.listener);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
  }

  #page(params: ReadRecords): RecordPage {
    const { record, shards } = this.#find(params);
    const now = this.#now();
    const live = (shards[params.shard] ?? []).filter(({ arrivedAt }) => arrivedAt >= now - record.retentionMs);
    const rest = live.filter((one) => isFrom(one, params));
    let bytes = 0;
    const fits = rest.findIndex((one, index) => (bytes += sizeOf(one)) > params.bytes && index > 0);
    const limit = Math.min(Math.max(1, params.limit), LIMITS.getRecordsMax, fits < 0 ? rest.length : fits);
    const records = rest.slice(0, limit);
    const last = records.at(-1);
    const behind = last !== undefined && records.length < rest.length;
    return { records, behindMs: behind ? Math.max(1, now - last.arrivedAt) : 0 };
  }

  #cap(shard: StoredRecord[]): void {
    let bytes = shard.reduce((sum, one) => sum + sizeOf(one), 0);
    while (bytes > this.#limits.shardBytes && shard.length > 1) {
      const oldest = shard.shift();
      if (oldest !== undefined) bytes -= sizeOf(oldest);
    }
  }

  #find(params: StreamRef): MemoryStream {
    const stream = this.#streams.get(keyOf(params));
    if (stream === undefined) throw rules.noStream(params);
    return stream;
  }

  #of(tenant: string): RecordStream[] {
    return [...this.#streams.values()].map(({ record }) => record).filter((record) => record.tenant === tenant);
  }
}

function keyOf({ tenant, name }: StreamRef): string {
  return `${tenant}.${name}`;
}

function sizeOf({ partitionKey, data }: StoredRecord): number {
  return Buffer.byteLength(partitionKey) + data.length;
}

function isFrom(record: StoredRecord, { from }: ReadRecords): boolean {
  if (from.kind === "start") return true;
  if (from.kind === "time") return record.arrivedAt >= from.atMs;
  rules.spotOf(from.sequence);
  return from.kind === "at" ? record.sequence >= from.sequence : record.sequence > from.sequence;
}
