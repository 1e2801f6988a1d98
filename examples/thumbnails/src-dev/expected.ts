import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Raster } from "../src/raster.ts";
import { createNodeCodec } from "./node-codec.ts";
import { referenceThumbnail } from "./picture-difference.ts";

export const EXAMPLE_PHOTO = {
  path: join(import.meta.dirname, "../photos/grace_hopper.jpg"),
  key: "grace_hopper.jpg",
  bytes: 61_306,
  width: 512,
  height: 600,
} as const;

export interface ExpectedThumbnail {
  readonly key: string;
  /** Sizes are exact; pixels differ by what JPEG loses: `meanDifference` below `mostDifference`. One pixel off is 16. */
  readonly picture: Raster;
  readonly mostDifference: number;
}

/** What must lie in the bucket `thumbnails` after the example photo was uploaded under `key`. */
export async function expectedThumbnails(key: string): Promise<readonly ExpectedThumbnail[]> {
  const codec = await createNodeCodec();
  const bytes = new Uint8Array(await readFile(EXAMPLE_PHOTO.path));
  const photo = await codec.decode(bytes.buffer);
  return [
    { key: `thumbs/320/${key}`, picture: referenceThumbnail(photo, 273, 320), mostDifference: 4 },
    { key: `thumbs/96/${key}`, picture: referenceThumbnail(photo, 82, 96), mostDifference: 6.5 },
  ];
}
