import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import S3rver from "s3rver";
import { S3Client, type S3Options } from "../src/s3-client.ts";
import { Notifier } from "./notifier.ts";
import { createSequencer, type S3rverNotification, toS3Notification } from "./s3-notification.ts";
import { type Credentials, signatureFault } from "./signature-check.ts";

export interface S3ServerOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Where buckets and objects are kept. */
  readonly directory: string;
  /** Where notifications of the bucket `photos` go; none without it. */
  readonly notify?: { readonly url: string; readonly bearer?: string };
  readonly log?: (line: string) => void;
}

export interface S3Server {
  readonly endpoint: string;
  readonly port: number;
  readonly client: S3Client;
  /** Resolves when every notification so far was delivered or given up. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/** s3rver knows no other pair. The server listens on the loopback address only. */
export const DEV_CREDENTIALS: Credentials = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };
export const PHOTOS_BUCKET = "photos";
export const THUMBNAILS_BUCKET = "thumbnails";

export function devS3Options(endpoint: string): S3Options {
  return { endpoint, region: "us-east-1", ...DEV_CREDENTIALS };
}

/** Starts an S3 server for development, with signatures checked and notifications sent. Throws when the port is busy. */
export async function startS3(options: S3ServerOptions): Promise<S3Server> {
  const app = new S3rver({
    silent: true,
    directory: options.directory,
    vhostBuckets: false,
    configureBuckets: [{ name: PHOTOS_BUCKET }, { name: THUMBNAILS_BUCKET }],
  });
  requireSignatures(app);
  const log = options.log ?? ((line: string) => console.error(line));
  const notifier = options.notify === undefined ? undefined : new Notifier({ ...options.notify, log });
  if (notifier !== undefined) forwardEvents(app, notifier);
  await app.configureBuckets();
  // s3rver's own `run` does not report a busy port.
  const server = createServer(app.callback());
  const port = await listen(server, options.port ?? 0);
  const endpoint = `http://127.0.0.1:${port}`;
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await notifier?.stop();
    await close(server);
    app.logger.close();
  };
  return {
    endpoint,
    port,
    client: new S3Client(devS3Options(endpoint)),
    settle: async () => notifier?.settle(),
    stop: () => (stopped ??= stop()),
  };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

function forwardEvents(app: S3rver, notifier: Notifier): void {
  const nextSequencer = createSequencer(Date.now);
  app.on("event", (emitted) => {
    const notification = toS3Notification(emitted as S3rverNotification, nextSequencer);
    const records = notification.Records.filter((record) => record.s3.bucket.name === PHOTOS_BUCKET);
    if (records.length > 0) notifier.send({ ...notification, Records: records });
  });
}

function requireSignatures(app: S3rver): void {
  app.middleware.unshift(async (context, next) => {
    const code = signatureFault(context.req, DEV_CREDENTIALS);
    if (code === undefined) return next();
    context.status = 403;
    context.type = "application/xml";
    context.body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>Sign the request with the keys of this server.</Message></Error>`;
  });
}
