/**
 * Streams of records in shards (Kinesis is the model), apart for every tenant. Records of one shard have an order and
 * stay until their retention ends or the shard is full of newer ones; readers keep their own place.
 */
export interface RecordStreams {
  /** False when the name is taken. @throws PlatformError Stream.TooMany */
  create(params: CreateStream): Promise<boolean>;
  describe(params: StreamRef): Promise<RecordStream | undefined>;
  /** In order of names. */
  list(params: ListStreams): Promise<readonly RecordStream[]>;
  /** @throws PlatformError Stream.NotFound */
  update(params: UpdateStream): Promise<RecordStream>;
  /** With every record. @throws PlatformError Stream.NotFound */
  destroy(params: StreamRef): Promise<void>;

  /** All records or none; where each is, in order. @throws PlatformError Stream.NotFound */
  put(params: PutRecords): Promise<readonly RecordPlace[]>;
  /** Oldest first; waits for the first one when asked to. @throws PlatformError Stream.NotFound */
  read(params: ReadRecords): Promise<RecordPage>;
  /** Place behind the newest record of a shard. @throws PlatformError Stream.NotFound */
  head(params: StreamRef & { readonly shard: number }): Promise<string>;
  /** Calls back when records may have come to a shard. */
  onRecord(
    params: StreamRef & { readonly listener: (shard: number | undefined) => void },
  ): Promise<() => Promise<void>>;
}

export interface StreamRef {
  readonly tenant: string;
  readonly name: string;
}

export const STREAM_NAME = /^[A-Za-z0-9_.-]{1,128}$/;

export interface RecordStream extends StreamRef {
  /** Of this stream alone, also when another one had its name before. */
  readonly id: string;
  /** Numbered from 0. */
  readonly shards: number;
  readonly onDemand: boolean;
  readonly retentionMs: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

export interface CreateStream extends StreamRef {
  readonly shards: number;
  readonly onDemand: boolean;
  readonly retentionMs: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface ListStreams {
  readonly tenant: string;
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface UpdateStream extends StreamRef {
  readonly change: (stream: RecordStream) => {
    readonly retentionMs?: number;
    readonly tags?: Readonly<Record<string, string>>;
  };
}

export interface OutgoingRecord {
  readonly partitionKey: string;
  /** Decimal, below 2^128: the place in the hash space, instead of the partition key's MD5. */
  readonly explicitHashKey?: string | undefined;
  readonly data: Uint8Array;
}

export interface PutRecords extends StreamRef {
  readonly records: readonly OutgoingRecord[];
}

export interface RecordPlace {
  readonly shard: number;
  readonly sequence: string;
}

export type RecordPosition =
  | { readonly kind: "start" }
  | { readonly kind: "at" | "after"; readonly sequence: string }
  | { readonly kind: "time"; readonly atMs: number };

export interface ReadRecords extends StreamRef {
  readonly shard: number;
  readonly from: RecordPosition;
  readonly limit: number;
  /** Of data and partition keys; the first record comes whatever its size. */
  readonly bytes: number;
  readonly waitMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface StoredRecord {
  readonly sequence: string;
  readonly arrivedAt: number;
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

export interface RecordPage {
  readonly records: readonly StoredRecord[];
  /** How far the end of this page lies behind the newest record; 0 when nothing newer is there. */
  readonly behindMs: number;
}

const HASH_KEYS = 2n ** 128n;

/** The part of the hash space that a shard owns; both ends belong to it. */
export function shardRange(shard: number, shards: number): { readonly first: bigint; readonly last: bigint } {
  const width = HASH_KEYS / BigInt(shards);
  const first = width * BigInt(shard);
  return { first, last: shard === shards - 1 ? HASH_KEYS - 1n : first + width - 1n };
}

export function shardOf(hashKey: bigint, shards: number): number {
  const shard = Number(hashKey / (HASH_KEYS / BigInt(shards)));
  return Math.min(shard, shards - 1);
}

/** Decimal below 2^128 as it may come from outside. */
export function parseHashKey(text: string): bigint | undefined {
  if (!/^(0|[1-9][0-9]{0,38})$/.test(text)) return undefined;
  const key = BigInt(text);
  return key < HASH_KEYS ? key : undefined;
}

/**
 * A record's number: greater than that of every earlier record of the shard, of a fixed length, made of the instant
 * (milliseconds), a counter within it and the shard.
 */
export interface SequenceParts {
  readonly atMs: number;
  readonly counter: number;
  readonly shard: number;
}

export const SEQUENCE_COUNTER_MAX = 999_999_999_999;

export function formatSequence({ atMs, counter, shard }: SequenceParts): string {
  return `49${String(atMs).padStart(15, "0")}${String(counter).padStart(12, "0")}${String(shard).padStart(5, "0")}`;
}

export function parseSequence(text: string): SequenceParts | undefined {
  const parts = /^49([0-9]{15})([0-9]{12})([0-9]{5})$/.exec(text);
  if (parts === null) return undefined;
  return { atMs: Number(parts[1]), counter: Number(parts[2]), shard: Number(parts[3]) };
}
