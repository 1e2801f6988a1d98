import { createNodeCodec } from "../src-dev/node-codec.ts";
import { EXAMPLE_PHOTO } from "../src-dev/expected.ts";
import { meanDifference, referenceThumbnail } from "../src-dev/picture-difference.ts";
import { readFile } from "node:fs/promises";
import { fitWithin, type Raster } from "./raster.ts";
import { resize } from "./resize.ts";

function pictureOf(width: number, height: number, colour: (x: number, y: number) => readonly number[]): Raster {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set([...colour(x, y), 255], (y * width + x) * 4);
  }
  return { width, height, data };
}

describe("resize", () => {
  test("a photo looks as the plain computation of area means says", async () => {
    const codec = await createNodeCodec();
    const photo = await codec.decode(new Uint8Array(await readFile(EXAMPLE_PHOTO.path)).buffer);
    for (const [width, height] of [
      [273, 320],
      [82, 96],
      [199, 233],
      [1, 1],
    ] as const) {
      const small = resize(photo, { width, height });
      expect(meanDifference(small, referenceThumbnail(photo, width, height))).toBeLessThan(0.01);
    }
  });

  test("an area of one colour keeps it, for every pair of sizes", () => {
    for (const from of [1, 2, 3, 7, 10, 41]) {
      const source = pictureOf(from, from, () => [200, 100, 50]);
      for (let to = 1; to <= from; to++) {
        const wanted = pictureOf(to, to, () => [200, 100, 50]);
        expect(meanDifference(resize(source, wanted), wanted)).toBe(0);
      }
    }
  });

  test("a pixel on a border counts for both sides by its share", () => {
    const source = pictureOf(3, 1, (x) => [[0, 90, 240][x] ?? 0, 0, 0]);
    const { data } = resize(source, { width: 2, height: 1 });
    expect([data[0], data[4]]).toEqual([30, 190]);
  });

  test("the same size gives the same picture", () => {
    const source = pictureOf(5, 4, (x, y) => [x * 50, y * 60, 7]);
    expect(resize(source, source)).toEqual(source);
  });

  test("enlarging is refused", () => {
    expect(() =>
      resize(
        pictureOf(2, 2, () => [0, 0, 0]),
        { width: 3, height: 2 },
      ),
    ).toThrow("cannot enlarge");
  });
});

describe("fitWithin", () => {
  test("the longer side gets the wanted length and the shape stays", () => {
    expect(fitWithin({ width: 512, height: 600 }, 320)).toEqual({ width: 273, height: 320 });
    expect(fitWithin({ width: 4000, height: 3000 }, 96)).toEqual({ width: 96, height: 72 });
    expect(fitWithin({ width: 10_000, height: 1 }, 96)).toEqual({ width: 96, height: 1 });
  });

  test("a small picture is not enlarged", () => {
    expect(fitWithin({ width: 50, height: 40 }, 96)).toEqual({ width: 50, height: 40 });
  });
});
