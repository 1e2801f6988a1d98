import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXAMPLE_PHOTO, expectedThumbnails } from "../src-dev/expected.ts";
import { type Handler, loadFunction } from "../src-dev/load-function.ts";
import { createMemoryKv } from "../src-dev/memory-kv.ts";
import { createNodeCodec } from "../src-dev/node-codec.ts";
import { meanDifference } from "../src-dev/picture-difference.ts";
import { DEV_CREDENTIALS, type S3Server, startS3 } from "../src-dev/s3-server.ts";
import type { MadeRow } from "./photo-rows.ts";

const photo = new Uint8Array(await readFile(EXAMPLE_PHOTO.path));
const kv = createMemoryKv();
const lines: string[] = [];
let directory: string;
let server: S3Server;
let thumbnails: Handler;
let gallery: Handler;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "sluice-s3-"));
  server = await startS3({ directory });
  const env = {
    S3_ENDPOINT: server.endpoint,
    S3_REGION: "us-east-1",
    S3_ACCESS_KEY_ID: DEV_CREDENTIALS.accessKeyId,
    S3_SECRET_ACCESS_KEY: DEV_CREDENTIALS.secretAccessKey,
    THUMBNAILS_BUCKET: "thumbnails",
  };
  const surroundings = { sluice: { kv }, env, log: (line: string) => lines.push(line) };
  thumbnails = await loadFunction(join(import.meta.dirname, "thumbnails.ts"), surroundings);
  gallery = await loadFunction(join(import.meta.dirname, "gallery.ts"), surroundings);
});

afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

async function uploaded(key: string, bytes: Uint8Array<ArrayBuffer>, sequencer: string): Promise<unknown> {
  await server.client.put("photos", key, bytes, "image/jpeg");
  return created(key, sequencer);
}

async function created(key: string, sequencer: string): Promise<unknown> {
  const object = { key: encodeURIComponent(key).replaceAll("%20", "+"), sequencer };
  const event = { Records: [{ eventName: "ObjectCreated:Put", s3: { bucket: { name: "photos" }, object } }] };
  const rows = (await thumbnails(event, { awsRequestId: `invocation-${sequencer}` })) as readonly unknown[];
  expect(rows).toHaveLength(1);
  return rows[0];
}

describe("thumbnails", () => {
  test("makes two thumbnails with the sizes and pixels they must have, and a row", async () => {
    const key = "summer holiday/grace_hopper.jpg";
    const row = (await uploaded(key, photo, "01")) as MadeRow;
    const codec = await createNodeCodec();
    for (const [index, expected] of (await expectedThumbnails(key)).entries()) {
      const object = await server.client.get("thumbnails", expected.key);
      const picture = await codec.decode(new Uint8Array(object?.bytes ?? new ArrayBuffer(0)).buffer);
      expect(meanDifference(picture, expected.picture)).toBeLessThan(expected.mostDifference);
      expect(row.thumbnails[index]).toEqual({
        key: expected.key,
        width: expected.picture.width,
        height: expected.picture.height,
        bytes: object?.bytes.byteLength,
        etag: object?.etag,
      });
    }
    expect(row).toMatchObject({
      status: "made",
      bucket: "photos",
      key,
      invocationId: "invocation-01",
      sequencer: "01",
    });
    expect(row).toMatchObject({ width: 512, height: 600, bytes: photo.length });
    expect(JSON.parse((await kv.get(`photo:photos/${key}`)) ?? "null")).toEqual(row);
  });

  test("gives the same objects when the same event comes again", async () => {
    const first = (await uploaded("twice.jpg", photo, "01")) as MadeRow;
    const second = (await created("twice.jpg", "01")) as MadeRow;
    expect(second.thumbnails).toEqual(first.thumbnails);
  });

  test("leaves a newer row alone when an older event comes late", async () => {
    const newer = await uploaded("late.jpg", photo, "0A");
    expect(await created("late.jpg", "09FF")).toEqual(newer);
  });

  test.each([
    ["no-picture.jpg", new TextEncoder().encode("no picture at all"), "it is not a JPEG"],
    ["cut.jpg", photo.slice(0, 120), "it is not a JPEG"],
    ["huge.jpg", hugeHeader(), "it has 60000x60000 pixels, more than 32 million"],
    ["damaged.jpg", damaged(), "JPEG"],
  ])("rejects %s with a reason, and does not ask to be tried again", async (key, bytes, reason) => {
    const row = await uploaded(key, bytes, "01");
    expect(row).toMatchObject({ status: "rejected", reason: expect.stringContaining(reason) });
    expect(JSON.parse((await kv.get(`photo:photos/${key}`)) ?? "null")).toEqual(row);
    expect(lines.at(-1)).toMatch(`photos/${key}: no thumbnails, because`);
    expect(await server.client.get("thumbnails", `thumbs/96/${key}`)).toBeUndefined();
  });

  test("rejects a photo that is gone, and names that it does not take", async () => {
    expect(await created("gone.jpg", "01")).toMatchObject({ reason: "it was deleted before it was read" });
    expect(await created("notes.txt", "01")).toMatchObject({ reason: "its name does not end in .jpg or .jpeg" });
    expect(await created("../private/a.jpg", "01")).toMatchObject({ reason: expect.stringContaining("no URL") });
    expect(await created(`${"x".repeat(600)}.jpg`, "01")).toMatchObject({
      reason: expect.stringContaining("too long"),
    });
  });

  test("throws when storage fails, so that it is tried again", async () => {
    const event = { Records: [{ eventName: "", s3: { bucket: { name: "no-bucket" }, object: { key: "a.jpg" } } }] };
    await expect(thumbnails(event, { awsRequestId: "1" })).rejects.toThrow("404 NoSuchBucket");
  });
});

describe("gallery", () => {
  const get = async (query: Readonly<Record<string, string>>, accept = "*/*"): Promise<Answer> =>
    (await gallery({ headers: { accept }, queryStringParameters: query }, { awsRequestId: "1" })) as Answer;

  test("lists rows, and finds one", async () => {
    const row = await uploaded("shown.jpg", photo, "01");
    const { photos } = JSON.parse((await get({})).body) as { readonly photos: readonly unknown[] };
    expect(photos).toContainEqual(row);
    expect(JSON.parse((await get({ photo: "shown.jpg" })).body)).toEqual(row);
    expect((await get({ photo: "never.jpg" })).statusCode).toBe(404);
  });

  test("serves a thumbnail's bytes", async () => {
    const row = (await uploaded("shown.jpg", photo, "02")) as MadeRow;
    const key = row.thumbnails[1]?.key ?? "";
    const answer = await get({ thumbnail: key });
    expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: true, headers: { "content-type": "image/jpeg" } });
    const stored = await server.client.get("thumbnails", key);
    expect(answer.body).toBe(Buffer.from(stored?.bytes ?? new ArrayBuffer(0)).toString("base64"));
    expect((await get({ thumbnail: "../photos/shown.jpg" })).statusCode).toBe(404);
  });

  test("shows browsers a page in which a key cannot become markup", async () => {
    await uploaded("<img src=x onerror=alert(1)>.jpg", photo, "01");
    const { body, headers } = await get({}, "text/html,*/*");
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(body).toContain("?thumbnail=thumbs%2F320%2Ftwice.jpg");
    expect(body).not.toContain("<img src=x");
  });
});

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The photo with another size in its frame header. */
function hugeHeader(): Uint8Array<ArrayBuffer> {
  const bytes = photo.slice();
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === 0xff && bytes[at + 1] === 0xc0) {
      new DataView(bytes.buffer).setUint32(at + 5, (60_000 << 16) | 60_000);
      return bytes;
    }
  }
  throw new Error("the photo has no frame header");
}

/** A frame header that is right, and nothing that could be decoded after it. */
function damaged(): Uint8Array<ArrayBuffer> {
  const scan = photo.findIndex((byte, at) => byte === 0xff && photo[at + 1] === 0xda);
  return photo.slice(0, scan);
}
