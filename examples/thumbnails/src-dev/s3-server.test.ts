import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ObjectEvent } from "../src/object-event.ts";
import { createSequencer } from "./s3-notification.ts";
import { type S3Server, startS3 } from "./s3-server.ts";

interface Received {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly event: ObjectEvent;
}

let directory: string;
let gateway: Server;
let received: Received[];
/** Statuses of the next answers; 202 when there is none. */
let answers: number[];
let lines: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "sluice-s3-"));
  [received, answers, lines] = [[], [], []];
  gateway = createServer((request, response) => void receive(request, response));
  gateway.listen(0, "127.0.0.1");
  await once(gateway, "listening");
});

afterEach(async () => {
  gateway.closeAllConnections();
  gateway.close();
  await rm(directory, { recursive: true, force: true });
});

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  received.push({ path: request.url ?? "", authorization: request.headers.authorization, event: JSON.parse(body) });
  response.writeHead(answers.shift() ?? 202).end("said the gateway");
}

async function withServer(run: (server: S3Server) => Promise<void>): Promise<void> {
  const url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/events/s3/photos`;
  const server = await startS3({ directory, notify: { url, bearer: "a token" }, log: (line) => lines.push(line) });
  try {
    await run(server);
  } finally {
    await server.stop();
  }
}

const upload = (server: S3Server, key: string, bucket = "photos"): Promise<string> =>
  server.client.put(bucket, key, new TextEncoder().encode("bytes"), "image/jpeg");

describe("the S3 server's notifications", () => {
  test("have the form that S3 sends", async () => {
    await withServer(async (server) => {
      const etag = await upload(server, "my photos/ä+b=1.jpg");
      await server.settle();
      expect(received).toHaveLength(1);
      expect(received[0]).toMatchObject({ path: "/events/s3/photos", authorization: "Bearer a token" });
      expect(received[0]?.event.Records).toEqual([
        expect.objectContaining({
          eventVersion: "2.1",
          eventSource: "aws:s3",
          awsRegion: "us-east-1",
          eventName: "ObjectCreated:Put",
          eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
          s3: expect.objectContaining({
            s3SchemaVersion: "1.0",
            bucket: expect.objectContaining({ name: "photos", arn: "arn:aws:s3:::photos" }),
            object: {
              key: "my+photos/%C3%A4%2Bb%3D1.jpg",
              size: 5,
              eTag: etag,
              sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
            },
          }),
        }),
      ]);
    });
  });

  test("are sent for the photos only, so that thumbnails do not set off new ones", async () => {
    await withServer(async (server) => {
      await upload(server, "thumbs/96/a.jpg", "thumbnails");
      await upload(server, "a.jpg");
      await server.settle();
      expect(received.map(({ event }) => event.Records[0]?.s3.bucket.name)).toEqual(["photos"]);
    });
  });

  test("are sent again when the gateway is busy", async () => {
    answers = [503, 429];
    await withServer(async (server) => {
      await upload(server, "a.jpg");
      await server.settle();
      expect(received).toHaveLength(3);
      expect(received[2]?.event).toEqual(received[0]?.event);
      expect(lines).toEqual([]);
    });
  });

  test("that are refused are reported in one line and not sent again", async () => {
    answers = [404];
    await withServer(async (server) => {
      await upload(server, "a.jpg");
      await server.settle();
      expect(received).toHaveLength(1);
      expect(lines).toEqual([expect.stringMatching(/^notification to http:.* failed: 404 said the gateway$/)]);
    });
  });

  test("are given up when the server stops", async () => {
    answers = [503, 503, 503, 503, 503, 503];
    await withServer(async (server) => void (await upload(server, "a.jpg")));
    expect(lines).toEqual([expect.stringContaining("given up")]);
  });

  test("objects are there again after a restart", async () => {
    await withServer(async (server) => void (await upload(server, "a.jpg")));
    await withServer(async (server) => expect(await server.client.get("photos", "a.jpg")).toBeDefined());
  });
});

test("sequencers grow, however the clock behaves", () => {
  const times = [5, 5, 3, 6, 6];
  const next = createSequencer(() => times.shift() ?? 0);
  const sequencers = [next(), next(), next(), next(), next()];
  expect([...sequencers].sort()).toEqual(sequencers);
  expect(new Set(sequencers).size).toBe(5);
});
