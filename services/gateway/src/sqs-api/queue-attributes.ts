import { DEFAULT_QUEUE_ATTRIBUTES, LIMITS, type Place, type QueueAttributes, type QueueRedrive } from "@sluice/core";
import { nameFromArn, queueArn } from "./sqs-call.ts";
import { invalidValue, sqsError } from "./sqs-error.ts";

type Given = Readonly<Record<string, string>>;

interface NumberAttribute {
  readonly field: "visibilityMs" | "delayMs" | "retentionMs" | "messageBytesMax" | "receiveWaitMs";
  /** In the unit of the store, one of AWS'. */
  readonly unit: number;
  readonly min: number;
  readonly max: number;
}

const NUMBERS: Readonly<Record<string, NumberAttribute>> = {
  VisibilityTimeout: { field: "visibilityMs", unit: 1_000, min: 0, max: 43_200 },
  DelaySeconds: { field: "delayMs", unit: 1_000, min: 0, max: 900 },
  MessageRetentionPeriod: { field: "retentionMs", unit: 1_000, min: 60, max: 1_209_600 },
  MaximumMessageSize: { field: "messageBytesMax", unit: 1, min: 1_024, max: LIMITS.messageBytesMax },
  ReceiveMessageWaitTimeSeconds: { field: "receiveWaitMs", unit: 1_000, min: 0, max: 20 },
};

/** Kept and shown; nothing here is encrypted by them or allowed through them. */
const INERT = new Set([
  "Policy",
  "RedriveAllowPolicy",
  "KmsMasterKeyId",
  "KmsDataKeyReusePeriodSeconds",
  "SqsManagedSseEnabled",
  "FifoThroughputLimit",
]);
const INERT_BYTES_MAX = 20_480;

/** What a queue's attributes become when these are given. @throws AwsError InvalidAttributeName, InvalidAttributeValue */
export function changeAttributes(before: QueueAttributes, given: Given, place: Place): QueueAttributes {
  let after = before;
  for (const [name, value] of Object.entries(given)) after = { ...after, ...changeOne(after, name, value, place) };
  return after;
}

/** Attributes of a new queue. @throws AwsError as `changeAttributes` */
export function newAttributes(name: string, given: Given, place: Place): QueueAttributes {
  const fifo = name.endsWith(".fifo");
  if (given["FifoQueue"] !== undefined && !fifo) {
    if (given["FifoQueue"] === "true") throw fifoName();
    throw sqsError("InvalidAttributeName", "Unknown Attribute FifoQueue.");
  }
  if (fifo && given["FifoQueue"] !== "true") throw fifoName();
  return changeAttributes({ ...DEFAULT_QUEUE_ATTRIBUTES, fifo }, given, place);
}

function fifoName(): Error {
  return sqsError(
    "InvalidParameterValueException",
    "The name of a FIFO queue must end with the .fifo suffix, and a queue with that suffix needs FifoQueue=true.",
  );
}

function changeOne(before: QueueAttributes, name: string, value: string, place: Place): Partial<QueueAttributes> {
  const number = NUMBERS[name];
  if (number !== undefined) return { [number.field]: readNumber(name, value, number) };
  if (name === "RedrivePolicy") return { redrive: value === "" ? null : readRedrive(value, place) };
  if (name === "FifoQueue") {
    if (value === String(before.fifo)) return {};
    throw sqsError("InvalidAttributeName", "Unknown Attribute FifoQueue.");
  }
  if (name === "ContentBasedDeduplication") {
    if (value !== "true" && value !== "false") throw invalidAttribute(name);
    if (before.fifo) return { contentDeduplication: value === "true" };
    throw sqsError("InvalidAttributeName", `You can specify the ${name} only when FifoQueue is set to true.`);
  }
  if (name === "DeduplicationScope") {
    if (!before.fifo || (value !== "queue" && value !== "messageGroup")) throw invalidAttribute(name);
    return { deduplicationScope: value };
  }
  if (!INERT.has(name)) throw sqsError("InvalidAttributeName", `Unknown Attribute ${name.slice(0, 200)}.`);
  if (Buffer.byteLength(value) > INERT_BYTES_MAX) throw invalidAttribute(name);
  const { [name]: _old, ...others } = before.inert;
  return { inert: value === "" ? others : { ...others, [name]: value } };
}

function readNumber(name: string, text: string, { unit, min, max }: NumberAttribute): number {
  const value = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw invalidAttribute(name);
  return value * unit;
}

function invalidAttribute(name: string): Error {
  return sqsError("InvalidAttributeValue", `Invalid value for the parameter ${name}.`);
}

function readRedrive(text: string, place: Place): QueueRedrive {
  const policy = parseObject(text);
  const arn = policy?.["deadLetterTargetArn"];
  const receives = Number(policy?.["maxReceiveCount"]);
  if (typeof arn !== "string" || !(Number.isInteger(receives) && receives >= 1 && receives <= 1_000)) {
    throw invalidValue("RedrivePolicy", text, "It needs deadLetterTargetArn and a maxReceiveCount between 1 and 1000.");
  }
  const deadLetterQueue = nameFromArn(place, arn);
  if (deadLetterQueue === undefined) throw noTarget(text);
  return { deadLetterQueue, maxReceiveCount: receives };
}

export function noTarget(text: string): Error {
  return invalidValue("RedrivePolicy", text, "Dead letter target does not exist.");
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = text.length > 2_048 ? undefined : JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function formatRedrive(redrive: QueueRedrive, place: Place): string {
  const { deadLetterQueue, maxReceiveCount } = redrive;
  return JSON.stringify({ deadLetterTargetArn: queueArn(place, deadLetterQueue), maxReceiveCount });
}

/** All attributes that can be set, as clients see them. */
export function formatAttributes(attributes: QueueAttributes, place: Place): Readonly<Record<string, string>> {
  const numbers = Object.entries(NUMBERS).map(([name, { field, unit }]) => [name, String(attributes[field] / unit)]);
  return {
    ...(Object.fromEntries(numbers) as Record<string, string>),
    ...(attributes.redrive === null ? {} : { RedrivePolicy: formatRedrive(attributes.redrive, place) }),
    ...(attributes.fifo
      ? {
          FifoQueue: "true",
          ContentBasedDeduplication: String(attributes.contentDeduplication),
          DeduplicationScope: attributes.deduplicationScope,
          FifoThroughputLimit: "perQueue",
        }
      : {}),
    SqsManagedSseEnabled: "false",
    ...attributes.inert,
  };
}

export const ATTRIBUTE_NAMES: ReadonlySet<string> = new Set([
  ...Object.keys(NUMBERS),
  ...INERT,
  "RedrivePolicy",
  "FifoQueue",
  "ContentBasedDeduplication",
  "DeduplicationScope",
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
  "CreatedTimestamp",
  "LastModifiedTimestamp",
  "QueueArn",
]);
