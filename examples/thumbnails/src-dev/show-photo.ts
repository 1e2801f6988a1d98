import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { S3Client } from "../src/s3-client.ts";
import type { DemoConfig } from "./demo-config.ts";
import { GalleryClient } from "./gallery-client.ts";
import { createNodeCodec } from "./node-codec.ts";
import { reasonOf } from "./notifier.ts";
import { formatRow } from "./row-table.ts";
import { PHOTOS_BUCKET, THUMBNAILS_BUCKET } from "./s3-server.ts";
import { drawPicture, showsPictures } from "./terminal-picture.ts";

const ROW_TIMEOUT_MS = 60_000;
const PICTURE_COLUMNS = 40;
const say = (line: string): void => console.log(line);

interface Photo {
  readonly key: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Throws when there is no such file. */
export async function readPhoto(path: string): Promise<Photo> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new Error(`The photo cannot be read: ${reasonOf(error)}`);
  });
  return { key: basename(path), bytes: new Uint8Array(bytes) };
}

/** Uploads a photo, waits for its row and prints what was made. Throws when nothing was. */
export async function showPhoto(config: DemoConfig, s3: S3Client, { key, bytes }: Photo): Promise<void> {
  const gallery = new GalleryClient(config.gateway);
  const before = await gallery.row(key);
  const start = Date.now();
  await s3.put(PHOTOS_BUCKET, key, bytes, "image/jpeg");
  say(`\nUploaded ${PHOTOS_BUCKET}/${key} (${bytes.length} bytes), waiting for its thumbnails`);
  const row = await gallery.nextRow({ key, before, timeoutMs: ROW_TIMEOUT_MS, onWait: createProgress() });
  if (row === undefined) {
    throw new Error(`No thumbnails after ${ROW_TIMEOUT_MS / 1000} s. See: npx sluice logs thumbnails`);
  }
  if (row.status === "rejected") throw new Error(`'${key}' got no thumbnails, because ${row.reason}`);
  say(`Done ${Date.now() - start} ms after the upload began\n`);
  for (const line of formatRow(row)) say(`  ${line}`);
  if (showsPictures(process.stdout, config.colorterm)) await drawThumbnail(s3, row.thumbnails[0]?.key ?? "");
  say(
    `\n  all photos: ${gallery.address}${config.keep ? "" : "   (pictures show while the S3 server runs: add --keep)"}`,
  );
  say(`  log:        npx sluice logs thumbnails   (invocation ${row.invocationId})`);
}

/** A line every five seconds. */
function createProgress(): (elapsedMs: number) => void {
  let next = 5_000;
  return (elapsedMs) => {
    if (elapsedMs < next) return;
    say(`  still waiting after ${Math.round(elapsedMs / 1000)} s`);
    next += 5_000;
  };
}

async function drawThumbnail(s3: S3Client, key: string): Promise<void> {
  const object = await s3.get(THUMBNAILS_BUCKET, key);
  if (object === undefined) return;
  const codec = await createNodeCodec();
  say("");
  for (const line of drawPicture(await codec.decode(object.bytes), PICTURE_COLUMNS)) say(`  ${line}`);
}
