import type { ObjectStorageTrigger } from "./trigger.ts";

/** One record of an object-storage notification, in AWS's form (also MinIO's and RustFS's). Unknown members are kept. */
export interface ObjectRecord {
  readonly eventName: string;
  readonly eventTime?: string;
  readonly s3: {
    readonly bucket: { readonly name: string };
    readonly object: {
      /** URL-encoded, space as `+`, as S3 sends it. */
      readonly key: string;
      readonly versionId?: string;
      readonly sequencer?: string;
      readonly eTag?: string;
    };
  };
}

export type ObjectNotificationParse =
  | { readonly ok: true; readonly records: readonly ObjectRecord[]; readonly test: boolean }
  | { readonly ok: false; readonly message: string };

/** Reads an AWS S3 notification, MinIO's webhook form (`EventName`, `Key`, `Records`) or S3's test event. */
export function parseObjectNotification(document: unknown): ObjectNotificationParse {
  if (!isObject(document)) return fault("the body must be a JSON object with a 'Records' array");
  if (document["Event"] === "s3:TestEvent") return { ok: true, records: [], test: true };
  const records = document["Records"];
  if (!Array.isArray(records)) return fault("'Records' must be an array, as in an S3 event notification");
  for (const [index, record] of records.entries()) {
    const message = recordFault(record, `Records[${index}]`);
    if (message !== undefined) return fault(message);
  }
  return { ok: true, records: records as ObjectRecord[], test: false };
}

function recordFault(record: unknown, at: string): string | undefined {
  if (!isObject(record)) return `${at} must be an object`;
  if (typeof record["eventName"] !== "string") return `${at}.eventName must be a string such as 'ObjectCreated:Put'`;
  const s3 = record["s3"];
  const bucket = isObject(s3) ? s3["bucket"] : undefined;
  const object = isObject(s3) ? s3["object"] : undefined;
  if (!isObject(bucket) || typeof bucket["name"] !== "string") return `${at}.s3.bucket.name must be a string`;
  if (!isObject(object) || typeof object["key"] !== "string") return `${at}.s3.object.key must be a string`;
  if (decodeObjectKey(object["key"]) === undefined) return `${at}.s3.object.key is not URL-encoded UTF-8`;
  return undefined;
}

/** S3 encodes keys in notifications as forms do: `+` is a space. Undefined when it is no valid encoding. */
export function decodeObjectKey(key: string): string | undefined {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

/** MinIO prefixes event names with `s3:` in some places and not in others. */
export function normaliseEventName(name: string): string {
  return name.startsWith("s3:") ? name.slice(3) : name;
}

/** Whether a record is for this trigger: bucket, key prefix and suffix (on the decoded key), and event name. */
export function matchesObjectTrigger(trigger: ObjectStorageTrigger, record: ObjectRecord): boolean {
  const key = decodeObjectKey(record.s3.object.key);
  if (key === undefined) return false;
  if (trigger.bucket !== undefined && trigger.bucket !== record.s3.bucket.name) return false;
  if (!key.startsWith(trigger.prefix) || !key.endsWith(trigger.suffix)) return false;
  const name = normaliseEventName(record.eventName);
  return trigger.events.some((pattern) =>
    pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
}

/**
 * What makes two deliveries of a notification the same event, or undefined when the store does not say: without a
 * sequencer, two uploads of the same bytes cannot be told from one notification sent twice, and both must run.
 */
export function objectEventIdentity(record: ObjectRecord): string | undefined {
  const { object, bucket } = record.s3;
  if (object.sequencer === undefined) return undefined;
  return JSON.stringify([
    bucket.name,
    object.key,
    object.versionId ?? "",
    object.sequencer,
    normaliseEventName(record.eventName),
  ]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fault(message: string): ObjectNotificationParse {
  return { ok: false, message };
}
