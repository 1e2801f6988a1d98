import {
  LIMITS,
  type OutgoingRecord,
  parseHashKey,
  parseSequence,
  type RecordPosition,
  STREAM_NAME,
} from "@sluice/core";
import type { Fields } from "../aws-api/fields.ts";
import { formatShardId, type KinesisCall, type KinesisOperation, parseShardId, streamOf } from "./kinesis-call.ts";
import { KINESIS_FAULTS, kinesisError } from "./kinesis-error.ts";
import { formatIterator, parseIterator } from "./shard-iterator.ts";

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

export const putRecord: KinesisOperation = async (call) => {
  const record = readRecord(call.input);
  const stream = await streamOf(call, "PutRecord");
  const [place] = await call.deps.recordStreams.put({ ...stream, records: [record] });
  return { ShardId: formatShardId(place?.shard ?? 0), SequenceNumber: place?.sequence, EncryptionType: "NONE" };
};

export const putRecords: KinesisOperation = async (call) => {
  const records = call.input.entries("Records", LIMITS.putRecordsMax).map(readRecord);
  if (records.length === 0) throw KINESIS_FAULTS.invalid("Records", "it must hold at least one record");
  const bytes = records.reduce((sum, record) => sum + recordBytes(record), 0);
  if (bytes > LIMITS.putRecordsBytesMax) {
    const message = `Records size exceeds ${LIMITS.putRecordsBytesMax} bytes; it is ${bytes}.`;
    throw kinesisError("InvalidArgumentException", message);
  }
  const stream = await streamOf(call, "PutRecords");
  const places = await call.deps.recordStreams.put({ ...stream, records });
  return {
    FailedRecordCount: 0,
    EncryptionType: "NONE",
    Records: places.map(({ shard, sequence }) => ({ ShardId: formatShardId(shard), SequenceNumber: sequence })),
  };
};

function readRecord(input: Fields): OutgoingRecord {
  const text = input.text("Data");
  if (text === undefined) throw KINESIS_FAULTS.missing("Data");
  if (!BASE64.test(text)) throw KINESIS_FAULTS.invalid("Data", "it must be base64");
  const partitionKey = input.requiredText("PartitionKey");
  if (partitionKey.length > 256) throw KINESIS_FAULTS.invalid("PartitionKey", "it must have at most 256 characters");
  const explicitHashKey = input.text("ExplicitHashKey");
  if (explicitHashKey !== undefined && parseHashKey(explicitHashKey) === undefined) {
    const message = `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1].`;
    throw kinesisError("InvalidArgumentException", message);
  }
  const record = { partitionKey, explicitHashKey, data: Buffer.from(text, "base64") };
  if (recordBytes(record) > LIMITS.recordBytesMax) {
    throw KINESIS_FAULTS.invalid("Data", `a record has at most ${LIMITS.recordBytesMax} bytes`);
  }
  return record;
}

function recordBytes({ partitionKey, data }: OutgoingRecord): number {
  return Buffer.byteLength(partitionKey) + data.length;
}

export const getShardIterator: KinesisOperation = async (call) => {
  const { input, deps } = call;
  const stream = await streamOf(call, "GetShardIterator");
  const shard = parseShardId(input.requiredText("ShardId"), stream);
  const from = await readPosition(call, { ...stream, shard });
  return { ShardIterator: formatIterator({ stream: stream.name, shard, from }, stream, deps.now()) };
};

async function readPosition(
  call: KinesisCall,
  at: { readonly tenant: string; readonly name: string; readonly shard: number },
): Promise<RecordPosition> {
  const { input, deps } = call;
  const type = input.requiredText("ShardIteratorType");
  if (type === "TRIM_HORIZON") return { kind: "start" };
  if (type === "LATEST") return { kind: "after", sequence: await deps.recordStreams.head(at) };
  if (type === "AT_TIMESTAMP") {
    const atMs = input.instant("Timestamp");
    if (atMs === undefined) {
      throw kinesisError(
        "InvalidArgumentException",
        "Must specify timestamp parameter for iterator of type AT_TIMESTAMP.",
      );
    }
    return { kind: "time", atMs: Math.max(0, Math.ceil(atMs)) };
  }
  if (type !== "AT_SEQUENCE_NUMBER" && type !== "AFTER_SEQUENCE_NUMBER") {
    throw KINESIS_FAULTS.invalid("ShardIteratorType", "it is not one that is known");
  }
  const sequence = input.text("StartingSequenceNumber");
  if (sequence === undefined || parseSequence(sequence)?.shard !== at.shard) {
    const message = `StartingSequenceNumber ${sequence?.slice(0, 130) ?? ""} used in GetShardIterator on shard ${formatShardId(at.shard)} is invalid.`;
    throw kinesisError("InvalidArgumentException", message);
  }
  return { kind: type === "AT_SEQUENCE_NUMBER" ? "at" : "after", sequence };
}

export const getRecords: KinesisOperation = async (call) => {
  const { input, deps } = call;
  const limit = input.integer("Limit", { min: 1, max: LIMITS.getRecordsMax }) ?? LIMITS.getRecordsMax;
  const { iterator, streamId } = parseIterator(input.requiredText("ShardIterator"), deps.now());
  if (!STREAM_NAME.test(iterator.stream)) throw kinesisError("InvalidArgumentException", "Invalid ShardIterator.");
  const named = input.with({ StreamName: iterator.stream, StreamARN: input.text("StreamARN") });
  const stream = await streamOf({ ...call, input: named }, "GetRecords");
  if (stream.id !== streamId || iterator.shard >= stream.shards) {
    throw kinesisError(
      "ResourceNotFoundException",
      `Stream ${stream.name} is not the one that the iterator was made for.`,
    );
  }
  const { shard, from } = iterator;
  const page = await deps.recordStreams.read({ ...stream, shard, from, limit, bytes: LIMITS.getRecordsBytesMax });
  const last = page.records.at(-1);
  const next: RecordPosition = last === undefined ? from : { kind: "after", sequence: last.sequence };
  return {
    Records: page.records.map((record) => ({
      SequenceNumber: record.sequence,
      ApproximateArrivalTimestamp: record.arrivedAt / 1_000,
      Data: Buffer.from(record.data).toString("base64"),
      PartitionKey: record.partitionKey,
      EncryptionType: "NONE",
    })),
    NextShardIterator: formatIterator({ stream: stream.name, shard, from: next }, stream, deps.now()),
    MillisBehindLatest: page.behindMs,
  };
};
