import { readFile } from "node:fs/promises";
import { EXAMPLE_PHOTO } from "../src-dev/expected.ts";
import { createNodeCodec } from "../src-dev/node-codec.ts";
import { meanDifference } from "../src-dev/picture-difference.ts";
import { JpegError } from "./jpeg-codec.ts";
import { readJpegSize } from "./jpeg-header.ts";

const photo = new Uint8Array(await readFile(EXAMPLE_PHOTO.path));

/** Puts an EXIF segment with this orientation before the photo's first segment. */
function withOrientation(orientation: number): Uint8Array<ArrayBuffer> {
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0];
  const entry = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0];
  const tiff = [0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8, 0, 1, ...entry, 0, 0, 0, 0];
  const segment = [...exif, ...tiff];
  return Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, 0, segment.length + 2, ...segment, ...photo.subarray(2)]);
}

describe("the JPEG codec", () => {
  test("decodes the photo, and encoding it again loses little", async () => {
    const codec = await createNodeCodec();
    const picture = await codec.decode(photo.buffer);
    expect([picture.width, picture.height]).toEqual([EXAMPLE_PHOTO.width, EXAMPLE_PHOTO.height]);
    const jpeg = await codec.encode(picture, 80);
    expect(jpeg.length).toBeLessThan(photo.length);
    const again = await codec.decode(jpeg.buffer);
    expect(meanDifference(again, picture)).toBeLessThan(3);
    expect(await codec.encode(picture, 80)).toEqual(jpeg);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])("turns EXIF orientation %i upright", async (orientation) => {
    const codec = await createNodeCodec();
    const plain = await codec.decode(photo.buffer);
    const turned = await codec.decode(withOrientation(orientation).buffer);
    const { width, height } = turned;
    expect([width, height]).toEqual(orientation < 5 ? [plain.width, plain.height] : [plain.height, plain.width]);
    const [x, y] = [10, 20];
    const places: Readonly<Record<number, readonly [number, number]>> = {
      1: [x, y],
      2: [width - 1 - x, y],
      3: [width - 1 - x, height - 1 - y],
      4: [x, height - 1 - y],
      5: [y, x],
      6: [width - 1 - y, x],
      7: [width - 1 - y, height - 1 - x],
      8: [y, height - 1 - x],
    };
    const [column, row] = places[orientation] ?? [0, 0];
    const pixel = (picture: typeof plain, left: number, top: number): number[] =>
      Array.from(picture.data.subarray((top * picture.width + left) * 4).subarray(0, 4));
    expect(pixel(turned, column, row)).toEqual(pixel(plain, x, y));
  });

  test("says what is wrong with a file, and reads the next one", async () => {
    const codec = await createNodeCodec();
    await expect(codec.decode(new TextEncoder().encode("no picture").buffer)).rejects.toThrow(JpegError);
    await expect(codec.decode(new TextEncoder().encode("no picture").buffer)).rejects.toThrow("Not a JPEG file");
    expect((await codec.decode(photo.buffer)).width).toBe(EXAMPLE_PHOTO.width);
  });
});

describe("readJpegSize", () => {
  test("reads the size of a photo, with EXIF or without", () => {
    expect(readJpegSize(photo)).toEqual({ width: 512, height: 600 });
    expect(readJpegSize(withOrientation(6))).toEqual({ width: 512, height: 600 });
  });

  test("gives nothing for what is no JPEG, wherever a file is cut", () => {
    expect(readJpegSize(new TextEncoder().encode("PNG is another format"))).toBeUndefined();
    expect(readJpegSize(Uint8Array.from([0xff, 0xd8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]))).toBeUndefined();
    for (let length = 0; length < 200; length++) {
      const size = readJpegSize(photo.slice(0, length));
      expect(size === undefined || size.width === 512).toBe(true);
    }
  });
});
