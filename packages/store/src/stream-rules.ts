import { createHash } from "node:crypto";
import {
  formatSequence,
  LIMITS,
  type OutgoingRecord,
  parseHashKey,
  parseSequence,
  PlatformError,
  SEQUENCE_COUNTER_MAX,
  shardOf,
  type StreamRef,
} from "@sluice/core";

/** Bounds that tests make smaller. */
export interface RecordStreamLimits {
  readonly streamsPerTenant: number;
  readonly shardBytes: number;
}

export const RECORD_STREAM_LIMITS: RecordStreamLimits = {
  streamsPerTenant: LIMITS.recordStreamsPerTenant,
  shardBytes: LIMITS.shardBytesMax,
};

export function noStream({ name }: StreamRef): PlatformError {
  return new PlatformError("Stream.NotFound", `No stream has the name ${name}.`);
}

export function tooManyStreams(limit: number): PlatformError {
  return new PlatformError("Stream.TooMany", `The tenant already has ${limit} streams; delete some first.`, {
    details: { limit },
  });
}

/** @throws PlatformError Request.Malformed */
export function shardFor(record: OutgoingRecord, shards: number): number {
  const { explicitHashKey, partitionKey } = record;
  if (explicitHashKey === undefined) {
    return shardOf(BigInt(`0x${createHash("md5").update(partitionKey).digest("hex")}`), shards);
  }
  const key = parseHashKey(explicitHashKey);
  if (key === undefined) throw new PlatformError("Request.Malformed", "An explicit hash key is a number below 2^128.");
  return shardOf(key, shards);
}

/** Where a shard's record lies in the store's own order: the instant and a counter within it. */
export interface Spot {
  readonly atMs: number;
  readonly counter: number;
}

/** @throws PlatformError Request.Malformed */
export function spotOf(sequence: string): Spot {
  const parts = parseSequence(sequence);
  if (parts === undefined) throw new PlatformError("Request.Malformed", "This is not a record's sequence number.");
  return parts;
}

/** Behind everything that came before an instant, and before what comes in it. */
export function endBefore(atMs: number, shard: number): string {
  return formatSequence({ atMs: atMs - 1, counter: SEQUENCE_COUNTER_MAX, shard });
}
