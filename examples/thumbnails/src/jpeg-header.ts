import type { Dimensions } from "./raster.ts";

const SEGMENT = 0xff;
const START_OF_IMAGE = 0xd8;
const START_OF_SCAN = 0xda;
/** Markers in the range of frame headers that are something else: Huffman tables, an extension, arithmetic coding. */
const NOT_FRAMES: readonly number[] = [0xc4, 0xc8, 0xcc];

/**
 * Reads width and height from a JPEG's frame header without decoding it, so that a file of a few bytes that claims to
 * be a huge picture is refused before memory is set aside for it. Undefined when the bytes are no JPEG.
 */
export function readJpegSize(bytes: Uint8Array): Dimensions | undefined {
  if (bytes[0] !== SEGMENT || bytes[1] !== START_OF_IMAGE) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 2;
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== SEGMENT) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === SEGMENT) {
      at += 1;
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && !NOT_FRAMES.includes(marker)) {
      const size = { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
      return size.width > 0 && size.height > 0 ? size : undefined;
    }
    if (marker === START_OF_SCAN) return undefined;
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}
