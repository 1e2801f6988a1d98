import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  createNodeCodec,
  EXAMPLE_PHOTO,
  expectedThumbnails,
  GalleryClient,
  manifestFor,
  meanDifference,
  startS3,
} from "../../examples/thumbnails/src-dev/index.ts";
import { eventually } from "../support/eventually.ts";
import { Stack } from "../support/stack.ts";

const run = promisify(execFile);
const CLI = join(import.meta.dirname, "../../packages/cli/bin/sluice.mjs");

test("a photo uploaded to object storage becomes two right thumbnails, a row and metrics", async () => {
  const stack = await Stack.start({ metrics: true });
  const folder = await mkdtemp(join(tmpdir(), "sluice-s3-"));
  const url = `${stack.endpoint}/events/s3/photos`;
  const s3 = await startS3({ directory: join(folder, "objects"), notify: { url } });
  try {
    await writeFile(join(folder, "sluice.yaml"), await manifestFor(s3.port));
    const env = { ...process.env, SLUICE_ENDPOINT: stack.endpoint, SLUICE_DATA_DIR: stack.dataDir };
    const { stdout } = await run(process.execPath, [CLI, "deploy", folder, "--json"], { env });
    expect(JSON.parse(stdout)).toMatchObject({ ok: true });

    const key = "holiday photo ä.jpg";
    await s3.client.put("photos", key, new Uint8Array(await readFile(EXAMPLE_PHOTO.path)), "image/jpeg");
    const gallery = new GalleryClient(stack.endpoint);
    const row = await gallery.nextRow({ key, before: undefined, timeoutMs: 30_000 });
    expect(row).toMatchObject({ key });

    const codec = await createNodeCodec();
    for (const expected of await expectedThumbnails(key)) {
      const made = await s3.client.get("thumbnails", expected.key);
      if (made === undefined) throw new Error(`${expected.key} was not written`);
      const picture = await codec.decode(made.bytes);
      expect([picture.width, picture.height]).toEqual([expected.picture.width, expected.picture.height]);
      expect(meanDifference(picture, expected.picture)).toBeLessThan(expected.mostDifference);
    }

    const scrape = async (): Promise<string> => (await fetch(stack.metrics?.address ?? "")).text();
    await eventually(scrape, (text) =>
      /^faas_invocations_total\{.*function="thumbnails".*source="object-storage".*outcome="success".*\} 1$/m.test(text),
    );
  } finally {
    await s3.stop();
    await stack.stop();
    await rm(folder, { recursive: true, force: true });
  }
}, 180_000);
