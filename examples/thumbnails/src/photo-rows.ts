/** Milliseconds that each stage took. */
export interface Stages {
  readonly fetch: number;
  readonly decode: number;
  readonly resize: number;
  readonly encode: number;
  readonly store: number;
}

export interface Thumbnail {
  readonly key: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly etag: string;
}

interface RowBase {
  readonly bucket: string;
  readonly key: string;
  /** Order of changes to this key, as object storage told it; empty when it did not. */
  readonly sequencer: string;
  readonly invocationId: string;
  readonly processedAt: string;
}

export interface MadeRow extends RowBase {
  readonly status: "made";
  readonly etag: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  readonly thumbnails: readonly Thumbnail[];
  readonly stagesMs: Stages;
}

/** No thumbnails, and trying again would not help. */
export interface RejectedRow extends RowBase {
  readonly status: "rejected";
  readonly reason: string;
}

export type PhotoRow = MadeRow | RejectedRow;

/** The part of `kv` that rows need. */
export interface KeyValue {
  get(key: string): Promise<string | null>;
  put(key: string, value: string): Promise<void>;
  list(options: {
    readonly prefix: string;
    readonly limit: number;
  }): Promise<{ readonly keys: readonly string[]; readonly cursor: string | null }>;
}

const PREFIX = "photo:";
const LONGEST_KEY_BYTES = 512;
const READ_AT_ONCE = 32;

/** One row for each photo, under `photo:<bucket>/<key>`. */
export class PhotoRows {
  readonly #kv: KeyValue;

  constructor(kv: KeyValue) {
    this.#kv = kv;
  }

  async get(bucket: string, key: string): Promise<PhotoRow | undefined> {
    return parseRow(await this.#kv.get(rowKey(bucket, key)));
  }

  async put(row: PhotoRow): Promise<void> {
    await this.#kv.put(rowKey(row.bucket, row.key), JSON.stringify(row));
  }

  /** At most `limit` rows, the latest first. */
  async list(limit: number): Promise<readonly PhotoRow[]> {
    const { keys } = await this.#kv.list({ prefix: PREFIX, limit });
    const rows: PhotoRow[] = [];
    for (let at = 0; at < keys.length; at += READ_AT_ONCE) {
      const texts = await Promise.all(keys.slice(at, at + READ_AT_ONCE).map((key) => this.#kv.get(key)));
      for (const text of texts) {
        const row = parseRow(text);
        if (row !== undefined) rows.push(row);
      }
    }
    return rows.sort((a, b) => b.processedAt.localeCompare(a.processedAt));
  }
}

/** S3's keys may have twice the bytes that a row's key may have. */
export function fitsRowKey(bucket: string, key: string): boolean {
  return new TextEncoder().encode(rowKey(bucket, key)).length <= LONGEST_KEY_BYTES;
}

/** S3's order of sequencers: the shorter one is filled up with zeros on the right. Without both there is no order. */
export function isOlder(sequencer: string, than: string): boolean {
  if (sequencer === "" || than === "") return false;
  const length = Math.max(sequencer.length, than.length);
  return sequencer.padEnd(length, "0").toUpperCase() < than.padEnd(length, "0").toUpperCase();
}

function rowKey(bucket: string, key: string): string {
  return `${PREFIX}${bucket}/${key}`;
}

function parseRow(text: string | null): PhotoRow | undefined {
  return text === null ? undefined : (JSON.parse(text) as PhotoRow);
}
