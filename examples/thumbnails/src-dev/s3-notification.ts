import type { ObjectEvent } from "../src/object-event.ts";

/** What s3rver emits: a notification of version 2.0 with the key as it is. */
export interface S3rverNotification {
  readonly Records: readonly S3rverRecord[];
}

interface S3rverRecord {
  readonly eventName: string;
  readonly s3: {
    readonly bucket: { readonly name: string; readonly ownerIdentity: object };
    readonly object: { readonly key: string; readonly size?: number; readonly eTag?: string };
  };
}

/** A notification in the form that AWS S3 sends today: version 2.1, key URL-encoded, event name without `s3:`. */
export function toS3Notification(notification: S3rverNotification, nextSequencer: () => string): ObjectEvent {
  return {
    Records: notification.Records.map((record) => ({
      ...record,
      eventVersion: "2.1",
      eventName: record.eventName.replace(/^s3:/, ""),
      s3: {
        ...record.s3,
        configurationId: "sluice",
        bucket: { ...record.s3.bucket, arn: `arn:aws:s3:::${record.s3.bucket.name}` },
        object: { ...record.s3.object, key: encodeKey(record.s3.object.key), sequencer: nextSequencer() },
      },
    })),
  };
}

/** As a form encodes it, a space as `+`, but with the slashes left. */
function encodeKey(key: string): string {
  return new URLSearchParams({ key }).toString().slice("key=".length).replaceAll("%2F", "/");
}

/** Hexadecimal numbers that grow with every call, and from one start of the server to the next. */
export function createSequencer(now: () => number): () => string {
  let last = 0n;
  return () => {
    const fromClock = BigInt(now()) << 16n;
    last = fromClock > last ? fromClock : last + 1n;
    return last.toString(16).toUpperCase().padStart(18, "0");
  };
}
