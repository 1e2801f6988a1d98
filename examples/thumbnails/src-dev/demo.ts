import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { S3Client } from "../src/s3-client.ts";
import { type DemoConfig, readDemoConfig } from "./demo-config.ts";
import { deployExample } from "./deploy.ts";
import { GalleryClient } from "./gallery-client.ts";
import { createNodeCodec } from "./node-codec.ts";
import { reasonOf } from "./notifier.ts";
import { formatRow } from "./row-table.ts";
import { devS3Options, PHOTOS_BUCKET, type S3Server, startS3, THUMBNAILS_BUCKET } from "./s3-server.ts";
import { drawPicture, showsPictures } from "./terminal-picture.ts";

const ROOT = join(import.meta.dirname, "../../..");
const ROW_TIMEOUT_MS = 60_000;
const PICTURE_COLUMNS = 40;
const say = (line: string): void => console.log(line);

/** Uploads photos to object storage and shows what Sluice made of them. */
async function main(): Promise<void> {
  const read = readDemoConfig(process.env, process.argv.slice(2), ROOT);
  if (!read.ok) throw new Error(read.message);
  const { config } = read;
  await checkGateway(config.gateway);
  const server = await openS3(config);
  try {
    say("Deploying examples/thumbnails");
    say((await deployExample(ROOT, config.gateway)).replace(/^/gm, "  "));
    const s3 = server?.client ?? (await openForeignS3(config));
    for (const photo of config.photos) await showPhoto(config, s3, photo);
    if (config.keep && server !== undefined) await untilInterrupted(server);
  } finally {
    await server?.stop();
  }
}

async function checkGateway(gateway: string): Promise<void> {
  await fetch(gateway).catch(() => {
    throw new Error(`Nothing answers at ${gateway}. Start Sluice first, in another terminal: npm start`);
  });
}

/** Undefined when something else, such as MinIO or RustFS, listens on the port already. */
async function openS3(config: DemoConfig): Promise<S3Server | undefined> {
  const url = `${config.gateway}/events/s3/photos`;
  try {
    const options = { port: config.s3Port, directory: config.s3Directory, notify: { url } };
    const server = await startS3(options);
    say(`S3 server at ${server.endpoint}; it tells ${url} of new photos`);
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    say(`Using the S3 server that listens on port ${config.s3Port}; it must tell ${url} of new photos`);
    return undefined;
  }
}

async function openForeignS3(config: DemoConfig): Promise<S3Client> {
  const s3 = new S3Client(devS3Options(`http://127.0.0.1:${config.s3Port}`));
  for (const bucket of [PHOTOS_BUCKET, THUMBNAILS_BUCKET]) await s3.createBucket(bucket);
  return s3;
}

async function showPhoto(config: DemoConfig, s3: S3Client, path: string): Promise<void> {
  const gallery = new GalleryClient(config.gateway);
  const key = basename(path);
  const bytes = new Uint8Array(await readFile(path));
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
  say(`\n  all photos: ${gallery.address}\n  invocation: npx sluice logs thumbnails   (${row.invocationId})`);
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

async function untilInterrupted(server: S3Server): Promise<void> {
  say(`\nThe S3 server keeps running at ${server.endpoint}. Ctrl-C stops it.`);
  await new Promise<void>((done) => process.once("SIGINT", () => done()).once("SIGTERM", () => done()));
}

try {
  await main();
} catch (error) {
  console.error(reasonOf(error));
  process.exitCode = 1;
}
