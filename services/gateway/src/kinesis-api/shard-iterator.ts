import { parseSequence, type RecordPosition, type RecordStream } from "@sluice/core";
import { kinesisError } from "./kinesis-error.ts";

/** As on AWS. */
const LIFE_MS = 300_000;
const LENGTH_MAX = 2_048;

/** Where a reader is: it travels to the client and back, and is believed as little as anything that comes from there. */
export interface ShardIterator {
  readonly stream: string;
  readonly shard: number;
  readonly from: RecordPosition;
}

export function formatIterator(iterator: ShardIterator, stream: RecordStream, now: number): string {
  const { from, shard } = iterator;
  const place = from.kind === "start" ? "" : from.kind === "time" ? String(from.atMs) : from.sequence;
  return Buffer.from([stream.name, stream.id, shard, from.kind, place, now].join("|")).toString("base64");
}

/** The parts of an iterator, before anything is known of its stream. */
export interface IteratorClaim {
  readonly iterator: ShardIterator;
  readonly streamId: string;
}

/** @throws AwsError InvalidArgumentException, ExpiredIteratorException */
export function parseIterator(text: string, now: number): IteratorClaim {
  const parts = text.length > LENGTH_MAX ? [] : Buffer.from(text, "base64").toString().split("|");
  const [stream = "", streamId = "", shard = "", kind = "", place = "", issued = ""] = parts;
  const from = toPosition(kind, place);
  if (parts.length !== 6 || from === undefined || !/^[0-9]{1,6}$/.test(shard) || !/^[0-9]{1,16}$/.test(issued)) {
    throw kinesisError("InvalidArgumentException", "Invalid ShardIterator.");
  }
  if (Number(issued) < now - LIFE_MS) {
    const message = `Iterator expired. The iterator was created at ${issued}, which is more than ${LIFE_MS} milliseconds ago.`;
    throw kinesisError("ExpiredIteratorException", message);
  }
  return { iterator: { stream, shard: Number(shard), from }, streamId };
}

function toPosition(kind: string, place: string): RecordPosition | undefined {
  if (kind === "start") return { kind };
  if (kind === "time") return /^[0-9]{1,16}$/.test(place) ? { kind, atMs: Number(place) } : undefined;
  if ((kind === "at" || kind === "after") && parseSequence(place) !== undefined) return { kind, sequence: place };
  return undefined;
}
