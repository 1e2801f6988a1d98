/** One record of the event that object storage triggers hand over: S3's own form. */
export interface ObjectRecord {
  readonly eventName: string;
  readonly s3: {
    readonly bucket: { readonly name: string };
    readonly object: {
      /** URL-encoded, a space as `+`. */
      readonly key: string;
      readonly size?: number;
      readonly sequencer?: string;
    };
  };
}

export interface ObjectEvent {
  readonly Records: readonly ObjectRecord[];
}

export function keyOf(record: ObjectRecord): string {
  return decodeURIComponent(record.s3.object.key.replaceAll("+", " "));
}
