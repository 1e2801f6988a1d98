import { LIMITS, type RecordStream, STREAM_NAME } from "@sluice/core";
import {
  formatShard,
  type KinesisCall,
  type KinesisOperation,
  parseShardId,
  refOf,
  streamArn,
  streamOf,
} from "./kinesis-call.ts";
import { KINESIS_FAULTS, kinesisError } from "./kinesis-error.ts";

const HOUR_MS = 3_600_000;
/** Of a stream that is to choose by itself. */
const ON_DEMAND_SHARDS = 4;
const HOURS = { min: LIMITS.streamRetentionMsMin / HOUR_MS, max: LIMITS.streamRetentionMsMax / HOUR_MS };
const TAGS_MAX = 50;
const SHARDS_PAGE = { min: 1, max: 10_000 };

export const createStream: KinesisOperation = async (call) => {
  const { input, deps } = call;
  input.requiredText("StreamName");
  const ref = refOf(call, "CreateStream");
  const mode = input.structure("StreamModeDetails")?.text("StreamMode") ?? "PROVISIONED";
  if (mode !== "PROVISIONED" && mode !== "ON_DEMAND") {
    throw KINESIS_FAULTS.invalid("StreamMode", "it must be PROVISIONED or ON_DEMAND");
  }
  const onDemand = mode === "ON_DEMAND";
  const asked = input.integer("ShardCount", { min: 1, max: LIMITS.shardsPerStream });
  if (asked === undefined && !onDemand) throw KINESIS_FAULTS.missing("ShardCount");
  const created = await deps.recordStreams.create({
    ...ref,
    shards: onDemand ? ON_DEMAND_SHARDS : (asked ?? 1),
    onDemand,
    retentionMs: LIMITS.streamRetentionMsMin,
    tags: checkTags(input.pairs("Tags")),
  });
  if (!created) {
    const message = `Stream ${ref.name} under account ${deps.place.accountId} already exists.`;
    throw kinesisError("ResourceInUseException", message);
  }
  return undefined;
};

export const deleteStream: KinesisOperation = async (call) => {
  const stream = await streamOf(call, "DeleteStream");
  await call.deps.recordStreams.destroy(stream);
  return undefined;
};

export const describeStream: KinesisOperation = async (call) => {
  const stream = await streamOf(call, "DescribeStream");
  const limit = call.input.integer("Limit", SHARDS_PAGE) ?? 100;
  const after = call.input.text("ExclusiveStartShardId");
  const from = after === undefined ? 0 : parseShardId(after, stream) + 1;
  return {
    StreamDescription: {
      ...describe(call, stream),
      Shards: shardsFrom(stream, from, limit),
      HasMoreShards: from + limit < stream.shards,
    },
  };
};

export const describeStreamSummary: KinesisOperation = async (call) => {
  const stream = await streamOf(call, "DescribeStreamSummary");
  const counts = { OpenShardCount: stream.shards, ConsumerCount: 0 };
  return { StreamDescriptionSummary: { ...describe(call, stream), ...counts } };
};

function describe(call: KinesisCall, stream: RecordStream): object {
  return {
    StreamName: stream.name,
    StreamARN: streamArn(call.deps.place, stream.name),
    StreamStatus: "ACTIVE",
    StreamModeDetails: { StreamMode: modeOf(stream) },
    RetentionPeriodHours: stream.retentionMs / HOUR_MS,
    StreamCreationTimestamp: stream.createdAt / 1_000,
    EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
    EncryptionType: "NONE",
  };
}

function modeOf(stream: RecordStream): string {
  return stream.onDemand ? "ON_DEMAND" : "PROVISIONED";
}

function shardsFrom(stream: RecordStream, from: number, limit: number): object[] {
  const count = Math.max(0, Math.min(limit, stream.shards - from));
  return Array.from({ length: count }, (_, index) => formatShard(from + index, stream.shards));
}

export const listStreams: KinesisOperation = async (call) => {
  const { input, caller, deps } = call;
  caller.authorise("kinesis:ListStreams", streamArn(deps.place, "*"));
  const limit = input.integer("Limit", { min: 1, max: 10_000 }) ?? 100;
  const token = input.text("NextToken");
  const after = token === undefined ? input.text("ExclusiveStartStreamName") : readToken(token);
  const found = await deps.recordStreams.list({ tenant: caller.tenant, after, limit: limit + 1 });
  const streams = found.slice(0, limit);
  const more = found.length > limit;
  return {
    StreamNames: streams.map(({ name }) => name),
    StreamSummaries: streams.map((stream) => ({
      StreamName: stream.name,
      StreamARN: streamArn(deps.place, stream.name),
      StreamStatus: "ACTIVE",
      StreamModeDetails: { StreamMode: modeOf(stream) },
      StreamCreationTimestamp: stream.createdAt / 1_000,
    })),
    HasMoreStreams: more,
    ...(more ? { NextToken: Buffer.from(streams.at(-1)?.name ?? "").toString("base64url") } : {}),
  };
};

function readToken(token: string): string {
  const name = Buffer.from(token, "base64url").toString();
  if (!STREAM_NAME.test(name)) throw kinesisError("ExpiredNextTokenException", "The token was not handed out.");
  return name;
}

/** A token names the stream and where its list goes on. */
export const listShards: KinesisOperation = async (call) => {
  const { input } = call;
  const token = input.text("NextToken");
  const [, name, position] = /^([^:]+):([0-9]{1,6})$/.exec(Buffer.from(token ?? "", "base64url").toString()) ?? [];
  if (token !== undefined && (name === undefined || !STREAM_NAME.test(name))) {
    throw kinesisError("ExpiredNextTokenException", "The token was not handed out.");
  }
  const named = name === undefined ? call : { ...call, input: input.with({ StreamName: name }) };
  const stream = await streamOf(named, "ListShards");
  const limit = input.integer("MaxResults", SHARDS_PAGE) ?? 1_000;
  const after = input.text("ExclusiveStartShardId");
  const from = position === undefined ? (after === undefined ? 0 : parseShardId(after, stream) + 1) : Number(position);
  const next = from + limit;
  const more = next < stream.shards;
  return {
    Shards: shardsFrom(stream, from, limit),
    ...(more ? { NextToken: Buffer.from(`${stream.name}:${next}`).toString("base64url") } : {}),
  };
};

export const increaseRetention: KinesisOperation = (call) => changeRetention(call, "IncreaseStreamRetentionPeriod", 1);

export const decreaseRetention: KinesisOperation = (call) => changeRetention(call, "DecreaseStreamRetentionPeriod", -1);

async function changeRetention(call: KinesisCall, action: string, sign: 1 | -1): Promise<undefined> {
  const stream = await streamOf(call, action);
  const hours = call.input.requiredInteger("RetentionPeriodHours", { min: 1, max: 100_000 });
  const retentionMs = hours * HOUR_MS;
  if (hours < HOURS.min || hours > HOURS.max) {
    const message = `The retention period must be between ${HOURS.min} and ${HOURS.max} hours.`;
    throw kinesisError("InvalidArgumentException", message);
  }
  await call.deps.recordStreams.update({
    ...stream,
    change: (current) => {
      if ((retentionMs - current.retentionMs) * sign >= 0) return { retentionMs };
      const message = `The requested retention period of ${hours} hours goes the other way; use the opposite operation.`;
      throw kinesisError("InvalidArgumentException", message);
    },
  });
}

export const addTags: KinesisOperation = async (call) => {
  const stream = await streamOf(call, "AddTagsToStream");
  const given = call.input.pairs("Tags");
  await call.deps.recordStreams.update({
    ...stream,
    change: ({ tags }) => ({ tags: checkTags({ ...tags, ...given }) }),
  });
  return undefined;
};

export const removeTags: KinesisOperation = async (call) => {
  const stream = await streamOf(call, "RemoveTagsFromStream");
  const keys = new Set(call.input.texts("TagKeys", TAGS_MAX));
  await call.deps.recordStreams.update({
    ...stream,
    change: ({ tags }) => ({ tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.has(key))) }),
  });
  return undefined;
};

export const listTags: KinesisOperation = async (call) => {
  const { tags } = await streamOf(call, "ListTagsForStream");
  const limit = call.input.integer("Limit", { min: 1, max: TAGS_MAX }) ?? TAGS_MAX;
  const after = call.input.text("ExclusiveStartTagKey") ?? "";
  const keys = Object.keys(tags)
    .filter((key) => key > after)
    .sort();
  const shown = keys.slice(0, limit).map((key) => ({ Key: key, Value: tags[key] }));
  return { Tags: shown, HasMoreTags: keys.length > limit };
};

function checkTags(tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(tags);
  const wrong = entries.find(([key, value]) => key === "" || key.length > 128 || value.length > 256);
  if (wrong === undefined && entries.length <= TAGS_MAX) return tags;
  const message = `A stream has at most ${TAGS_MAX} tags, with keys of 1 to 128 and values of up to 256 characters.`;
  throw kinesisError("InvalidArgumentException", message);
}
