import { join } from "node:path";
import { S3Client } from "../src/s3-client.ts";
import { type DemoConfig, readDemoConfig } from "./demo-config.ts";
import { deployExample } from "./deploy.ts";
import { reasonOf } from "./notifier.ts";
import { devS3Options, PHOTOS_BUCKET, type S3Server, startS3, THUMBNAILS_BUCKET } from "./s3-server.ts";
import { readPhoto, showPhoto } from "./show-photo.ts";

const ROOT = join(import.meta.dirname, "../../..");
const say = (line: string): void => console.log(line);

/** Uploads photos to object storage and shows what Sluice made of them. */
async function main(): Promise<void> {
  const read = readDemoConfig(process.env, process.argv.slice(2), ROOT);
  if (!read.ok) throw new Error(read.message);
  const { config } = read;
  const photos = await Promise.all(config.photos.map(readPhoto));
  await checkGateway(config.gateway);
  const server = await openS3(config);
  try {
    say("Deploying examples/thumbnails");
    say((await deployExample(ROOT, config.gateway)).replace(/^/gm, "  "));
    const s3 = server?.client ?? (await openForeignS3(config));
    for (const photo of photos) await showPhoto(config, s3, photo);
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
