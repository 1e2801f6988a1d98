import { createHash } from "node:crypto";
import {
  type FunctionVersion,
  formatShardId,
  LIMITS,
  type MessageAttribute,
  type Place,
  type ReceivedMessage,
  type StoredRecord,
} from "@sluice/core";
import { md5OfAttributes } from "@sluice/store";

/** Records of Lambda's event documents. */
export interface SqsRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, SqsAttribute>>;
  readonly md5OfMessageAttributes?: string;
  readonly md5OfBody: string;
  readonly eventSource: "aws:sqs";
  readonly eventSourceARN: string;
  readonly awsRegion: string;
}

interface SqsAttribute {
  readonly stringValue?: string;
  readonly binaryValue?: string;
  readonly stringListValues: readonly [];
  readonly binaryListValues: readonly [];
  readonly dataType: string;
}

export interface KinesisRecord {
  readonly kinesis: {
    readonly kinesisSchemaVersion: "1.0";
    readonly partitionKey: string;
    readonly sequenceNumber: string;
    /** Base64. */
    readonly data: string;
    /** Seconds. */
    readonly approximateArrivalTimestamp: number;
  };
  readonly eventSource: "aws:kinesis";
  readonly eventVersion: "1.0";
  readonly eventID: string;
  readonly eventName: "aws:kinesis:record";
  readonly invokeIdentityArn: string;
  readonly awsRegion: string;
  readonly eventSourceARN: string;
}

function queueArn({ region, accountId }: Place, name: string): string {
  return `arn:aws:sqs:${region}:${accountId}:${name}`;
}

export function streamArn({ region, accountId }: Place, name: string): string {
  return `arn:aws:kinesis:${region}:${accountId}:stream/${name}`;
}

export function toSqsRecord(place: Place, queue: string, message: ReceivedMessage): SqsRecord {
  const md5 = md5OfAttributes(message.attributes);
  return {
    messageId: message.id,
    receiptHandle: message.receipt,
    body: message.body,
    attributes: systemAttributes(place, message, queue.endsWith(".fifo")),
    messageAttributes: Object.fromEntries(
      Object.entries(message.attributes).map(([name, attribute]) => [name, toSqsAttribute(attribute)]),
    ),
    ...(md5 === undefined ? {} : { md5OfMessageAttributes: md5 }),
    md5OfBody: createHash("md5").update(message.body).digest("hex"),
    eventSource: "aws:sqs",
    eventSourceARN: queueArn(place, queue),
    awsRegion: place.region,
  };
}

/** All of them are strings. */
function systemAttributes(place: Place, message: ReceivedMessage, isFifo: boolean): Record<string, string> {
  const { traceHeader, groupId, deduplicationId, deadLetterSource } = message;
  const known = deduplicationId ?? createHash("sha256").update(message.body).digest("hex");
  return {
    ApproximateReceiveCount: String(message.receiveCount),
    ...(traceHeader === undefined ? {} : { AWSTraceHeader: traceHeader }),
    SentTimestamp: String(message.sentAt),
    ...(isFifo ? { SequenceNumber: message.sequence } : {}),
    ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
    SenderId: message.senderId,
    ...(isFifo ? { MessageDeduplicationId: known } : {}),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    ...(deadLetterSource === undefined ? {} : { DeadLetterQueueSourceArn: queueArn(place, deadLetterSource) }),
  };
}

function toSqsAttribute({ dataType, value }: MessageAttribute): SqsAttribute {
  const isBinary = dataType.startsWith("Binary");
  return {
    ...(isBinary ? { binaryValue: value } : { stringValue: value }),
    stringListValues: [],
    binaryListValues: [],
    dataType,
  };
}

export function toKinesisRecord(params: {
  readonly place: Place;
  readonly stream: string;
  readonly shard: number;
  readonly record: StoredRecord;
  readonly version: FunctionVersion;
}): KinesisRecord {
  const { place, stream, shard, record, version } = params;
  return {
    kinesis: {
      kinesisSchemaVersion: "1.0",
      partitionKey: record.partitionKey,
      sequenceNumber: record.sequence,
      data: Buffer.from(record.data).toString("base64"),
      approximateArrivalTimestamp: record.arrivedAt / 1_000,
    },
    eventSource: "aws:kinesis",
    eventVersion: "1.0",
    eventID: `${formatShardId(shard)}:${record.sequence}`,
    eventName: "aws:kinesis:record",
    invokeIdentityArn: version.config.lambda?.role ?? `arn:aws:iam::${place.accountId}:role/${version.name}`,
    awsRegion: place.region,
    eventSourceARN: streamArn(place, stream),
  };
}

export interface EventPart<T> {
  readonly items: readonly T[];
  /** JSON text. */
  readonly event: string;
}

const ENVELOPE_BYTES = '{"Records":[]}'.length;

/** Event documents of as many records as one invocation takes; a single larger record goes by itself. */
export function toEvents<T>(items: readonly T[], recordOf: (item: T) => object): readonly EventPart<T>[] {
  const parts: { items: T[]; texts: string[]; bytes: number }[] = [];
  for (const item of items) {
    const text = JSON.stringify(recordOf(item));
    const bytes = Buffer.byteLength(text) + 1;
    const last = parts.at(-1);
    if (last !== undefined && last.bytes + bytes <= LIMITS.payloadBytesMax) {
      last.items.push(item);
      last.texts.push(text);
      last.bytes += bytes;
    } else parts.push({ items: [item], texts: [text], bytes: ENVELOPE_BYTES + bytes });
  }
  return parts.map(({ items: own, texts }) => ({ items: own, event: `{"Records":[${texts.join(",")}]}` }));
}
