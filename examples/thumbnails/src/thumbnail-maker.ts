import { type JpegCodec, JpegError } from "./jpeg-codec.ts";
import { readJpegSize } from "./jpeg-header.ts";
import { keyOf, type ObjectRecord } from "./object-event.ts";
import { fitsRowKey, isOlder, type MadeRow, type PhotoRow, type PhotoRows, type Thumbnail } from "./photo-rows.ts";
import { fitWithin, type Raster } from "./raster.ts";
import { resize } from "./resize.ts";
import { isAddressable, type S3Client, type S3Object } from "./s3-client.ts";
import { Stopwatch } from "./stopwatch.ts";

export interface ThumbnailMakerOptions {
  readonly s3: Pick<S3Client, "get" | "put">;
  readonly codec: Pick<JpegCodec, "decode" | "encode">;
  readonly rows: Pick<PhotoRows, "get" | "put">;
  readonly bucket: string;
  readonly now: () => number;
}

/** Long sides in pixels, largest first: each thumbnail is made from the one before it. */
const LONG_SIDES: readonly number[] = [320, 96];
const QUALITY = 85;
/** What fits into 512 MB decoded, together with the codec's copy and the coefficients of a progressive JPEG. */
const LARGEST_PIXELS = 32_000_000;
/** A function's fetch takes answers of up to 32 MiB. */
const LARGEST_BYTES = 32 * 1024 * 1024;

type RowBase = Pick<MadeRow, "bucket" | "key" | "sequencer" | "invocationId" | "processedAt">;

/**
 * Makes the thumbnails of one photo and its row. Safe to run twice: the same photo gives the same bytes under the same
 * keys. What can pass (network, storage) throws and is tried again; what cannot (a file that is no photo) becomes a row.
 */
export class ThumbnailMaker {
  readonly #options: ThumbnailMakerOptions;

  constructor(options: ThumbnailMakerOptions) {
    this.#options = options;
  }

  /** @throws S3Error */
  async make(record: ObjectRecord, invocationId: string): Promise<PhotoRow> {
    const { rows, now } = this.#options;
    const { object, bucket } = record.s3;
    const key = keyOf(record);
    const sequencer = object.sequencer ?? "";
    const base = { bucket: bucket.name, key, sequencer, invocationId, processedAt: new Date(now()).toISOString() };
    const fault = nameFault(bucket.name, key);
    if (fault !== undefined) return reject(base, fault);
    const known = await rows.get(bucket.name, key);
    if (known !== undefined && isOlder(sequencer, known.sequencer)) {
      console.log(`${bucket.name}/${key}: a newer upload was handled already`);
      return known;
    }
    const row = await this.#makeFrom(base, object.size ?? 0);
    await rows.put(row);
    return row;
  }

  async #makeFrom(base: RowBase, announcedBytes: number): Promise<PhotoRow> {
    if (announcedBytes > LARGEST_BYTES) return reject(base, `it has ${announcedBytes} bytes, more than 32 MiB`);
    const watch = new Stopwatch(this.#options.now);
    const photo = await this.#options.s3.get(base.bucket, base.key);
    const fetch = watch.lap();
    if (photo === undefined) return reject(base, "it was deleted before it was read");
    const fault = contentFault(photo);
    if (fault !== undefined) return reject(base, fault);
    try {
      return await this.#makeThumbnails(base, photo, fetch, watch);
    } catch (error) {
      if (error instanceof JpegError) return reject(base, error.message);
      throw error;
    }
  }

  async #makeThumbnails(base: RowBase, photo: S3Object, fetch: number, watch: Stopwatch): Promise<MadeRow> {
    const { codec } = this.#options;
    const { width, height, ...pixels } = await codec.decode(photo.bytes);
    const decode = watch.lap();
    const pictures: Raster[] = [];
    for (const longSide of LONG_SIDES) {
      pictures.push(resize(pictures.at(-1) ?? { width, height, ...pixels }, fitWithin({ width, height }, longSide)));
    }
    const resized = watch.lap();
    const jpegs: Uint8Array<ArrayBuffer>[] = [];
    for (const picture of pictures) jpegs.push(await codec.encode(picture, QUALITY));
    const encode = watch.lap();
    const thumbnails = await Promise.all(
      LONG_SIDES.map((longSide, index) => this.#store(base.key, longSide, pictures[index], jpegs[index])),
    );
    const stagesMs = { fetch, decode, resize: resized, encode, store: watch.lap() };
    console.log(`${base.bucket}/${base.key}: ${width}x${height}`, JSON.stringify(stagesMs));
    const { etag, bytes } = photo;
    return { ...base, status: "made", etag, bytes: bytes.byteLength, width, height, thumbnails, stagesMs };
  }

  async #store(
    key: string,
    longSide: number,
    picture: Raster | undefined,
    jpeg: Uint8Array<ArrayBuffer> | undefined,
  ): Promise<Thumbnail> {
    if (picture === undefined || jpeg === undefined) throw new RangeError(`no picture of ${longSide} pixels`);
    const thumbnailKey = toThumbnailKey(key, longSide);
    const etag = await this.#options.s3.put(this.#options.bucket, thumbnailKey, jpeg, "image/jpeg");
    return { key: thumbnailKey, width: picture.width, height: picture.height, bytes: jpeg.length, etag };
  }
}

/** `thumbs/320/holiday/beach.jpg`: the photo's whole key, so that two photos never share a thumbnail. */
function toThumbnailKey(key: string, longSide: number): string {
  return `thumbs/${longSide}/${key}`;
}

function nameFault(bucket: string, key: string): string | undefined {
  if (!/\.jpe?g$/i.test(key)) return "its name does not end in .jpg or .jpeg";
  if (!isAddressable(key)) return "its key has a part '.' or '..', which no URL can address";
  if (!fitsRowKey(bucket, key)) return "its key is too long for a row";
  return undefined;
}

function contentFault(photo: S3Object): string | undefined {
  const size = readJpegSize(new Uint8Array(photo.bytes));
  if (size === undefined) return "it is not a JPEG";
  if (size.width * size.height > LARGEST_PIXELS) {
    return `it has ${size.width}x${size.height} pixels, more than ${LARGEST_PIXELS / 1e6} million`;
  }
  return undefined;
}

function reject(base: RowBase, reason: string): PhotoRow {
  console.warn(`${base.bucket}/${base.key}: no thumbnails, because ${reason}`);
  return { ...base, status: "rejected", reason };
}
