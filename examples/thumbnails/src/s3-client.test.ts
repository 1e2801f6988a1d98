import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { devS3Options, type S3Server, startS3 } from "../src-dev/s3-server.ts";
import { isAddressable, S3Client } from "./s3-client.ts";

let directory: string;
let server: S3Server;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "sluice-s3-"));
  server = await startS3({ directory });
});

afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

describe("S3Client", () => {
  test.each(["plain.jpg", "summer holiday/ä+b & (50%)!'*~.jpg", "a/b/c/日本.jpeg", "=?#&.jpg"])(
    "an object comes back as it was stored under the key %s",
    async (key) => {
      const bytes = crypto.getRandomValues(new Uint8Array(3_000));
      const etag = await server.client.put("photos", key, bytes, "image/jpeg");
      const object = await server.client.get("photos", key);
      expect(etag).toMatch(/^[0-9a-f]{32}$/);
      expect(object?.etag).toBe(etag);
      expect(Buffer.from(object?.bytes ?? new ArrayBuffer(0)).equals(bytes)).toBe(true);
    },
  );

  test("an object that does not exist is undefined", async () => {
    expect(await server.client.get("photos", "nothing.jpg")).toBeUndefined();
  });

  test("a bucket that does not exist is an error that names the request", async () => {
    await expect(server.client.get("nowhere", "a.jpg")).rejects.toThrow(
      "GET nowhere/a.jpg was answered with 404 NoSuchBucket",
    );
  });

  test("a wrong secret and a wrong key are refused", async () => {
    const options = devS3Options(server.endpoint);
    const wrongSecret = new S3Client({ ...options, secretAccessKey: "guessed" });
    await expect(wrongSecret.get("photos", "plain.jpg")).rejects.toMatchObject({
      code: "SignatureDoesNotMatch",
      status: 403,
    });
    const wrongKey = new S3Client({ ...options, accessKeyId: "somebody" });
    await expect(wrongKey.put("photos", "x.jpg", new Uint8Array(1), "image/jpeg")).rejects.toMatchObject({
      code: "InvalidAccessKeyId",
    });
  });

  test("an unsigned request is refused", async () => {
    expect((await fetch(`${server.endpoint}/photos/plain.jpg`)).status).toBe(403);
  });

  test("creating a bucket twice leaves it as it is", async () => {
    await server.client.createBucket("more");
    await server.client.put("more", "a.txt", new TextEncoder().encode("kept"), "text/plain");
    await server.client.createBucket("more");
    expect(new TextDecoder().decode((await server.client.get("more", "a.txt"))?.bytes)).toBe("kept");
  });

  test("a key that a URL would resolve to another object is not addressable", () => {
    expect(["a.jpg", "a/b..jpg", ".hidden/x"].map(isAddressable)).toEqual([true, true, true]);
    expect(["../private/a.jpg", "a/./b", "..", ""].map(isAddressable)).toEqual([false, false, false, false]);
  });
});

test("a busy port is reported", async () => {
  await expect(startS3({ directory, port: server.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
});
