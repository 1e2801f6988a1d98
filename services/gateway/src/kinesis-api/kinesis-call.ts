import {
  type Place,
  type RecordStream,
  type RecordStreams,
  shardRange,
  STREAM_NAME,
  type StreamRef,
} from "@sluice/core";
import type { AwsCaller } from "../aws-api/aws-call.ts";
import type { Fields } from "../aws-api/fields.ts";
import { KINESIS_FAULTS, kinesisError, noSuchStream } from "./kinesis-error.ts";

export interface KinesisDeps {
  readonly recordStreams: RecordStreams;
  readonly place: Place;
  readonly newId: () => string;
  readonly now: () => number;
}

/** One call of an operation. */
export interface KinesisCall {
  readonly deps: KinesisDeps;
  readonly caller: AwsCaller;
  readonly input: Fields;
}

export type KinesisOperation = (call: KinesisCall) => Promise<object | undefined>;

export function streamArn(place: Place, name: string): string {
  return `arn:aws:kinesis:${place.region}:${place.accountId}:stream/${name}`;
}

/** The stream that the call names, by name or ARN, after asking whether the caller may do this to it. @throws AwsError */
export function refOf(call: KinesisCall, action: string): StreamRef {
  const { input, caller, deps } = call;
  const arn = input.text("StreamARN");
  const name = input.text("StreamName") ?? arn?.slice(arn.lastIndexOf("/") + 1);
  if (name === undefined || name === "") throw KINESIS_FAULTS.missing("StreamName");
  if (!STREAM_NAME.test(name)) throw KINESIS_FAULTS.invalid("StreamName", "it is not a stream's name");
  caller.authorise(`kinesis:${action}`, streamArn(deps.place, name));
  if (arn !== undefined && arn !== streamArn(deps.place, name)) throw noSuchStream(name, deps.place.accountId);
  return { tenant: caller.tenant, name };
}

/** @throws AwsError ResourceNotFoundException */
export async function streamOf(call: KinesisCall, action: string): Promise<RecordStream> {
  const ref = refOf(call, action);
  const stream = await call.deps.recordStreams.describe(ref);
  if (stream === undefined) throw noSuchStream(ref.name, call.deps.place.accountId);
  return stream;
}

export function formatShardId(shard: number): string {
  return `shardId-${String(shard).padStart(12, "0")}`;
}

/** @throws AwsError ResourceNotFoundException when the stream has no such shard */
export function parseShardId(text: string, stream: RecordStream): number {
  const digits = /^(?:shardId-)?([0-9]{1,12})$/.exec(text)?.[1];
  const shard = digits === undefined ? Number.NaN : Number(digits);
  if (shard < stream.shards) return shard;
  const message = `Shard ${text.slice(0, 128)} in stream ${stream.name} does not exist`;
  throw kinesisError("ResourceNotFoundException", message);
}

/** A shard as clients see it. It never ends: streams keep the shards that they were made with. */
export function formatShard(shard: number, shards: number): object {
  const { first, last } = shardRange(shard, shards);
  return {
    ShardId: formatShardId(shard),
    HashKeyRange: { StartingHashKey: String(first), EndingHashKey: String(last) },
    SequenceNumberRange: { StartingSequenceNumber: `49${"0".repeat(27)}${String(shard).padStart(5, "0")}` },
  };
}
