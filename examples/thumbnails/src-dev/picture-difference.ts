import type { Raster } from "../src/raster.ts";

/** Jest makes every use of a global slow, and these are used a million times. */
const { abs, ceil, floor, max, min } = Math;

/** Mean absolute difference of two pictures of the same size, 0 (the same) to 255; transparency is left out. */
export function meanDifference(a: Raster, b: Raster): number {
  if (a.width !== b.width || a.height !== b.height) {
    throw new RangeError(`${a.width}x${a.height} pixels cannot be compared with ${b.width}x${b.height}`);
  }
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) {
    if (i % 4 !== 3) sum += abs((a.data[i] ?? 0) - (b.data[i] ?? 0));
  }
  return sum / (a.width * a.height * 3);
}

/**
 * What a thumbnail should look like, computed in the plainest way: each pixel is the mean of the square of the original
 * that it covers, by area. Slow; meant as the measure for the fast one.
 */
export function referenceThumbnail(source: Raster, width: number, height: number): Raster {
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set(areaMean(source, x, y, width, height), (y * width + x) * 4);
  }
  return { width, height, data };
}

function areaMean(source: Raster, x: number, y: number, width: number, height: number): number[] {
  const [left, right] = [(x * source.width) / width, ((x + 1) * source.width) / width];
  const [top, bottom] = [(y * source.height) / height, ((y + 1) * source.height) / height];
  const sum = [0, 0, 0];
  for (let row = floor(top); row < min(source.height, ceil(bottom)); row++) {
    const tall = min(row + 1, bottom) - max(row, top);
    for (let column = floor(left); column < min(source.width, ceil(right)); column++) {
      const area = tall * (min(column + 1, right) - max(column, left));
      const at = (row * source.width + column) * 4;
      for (const channel of [0, 1, 2]) sum[channel] = (sum[channel] ?? 0) + area * (source.data[at + channel] ?? 0);
    }
  }
  return sum.map((value) => value / ((right - left) * (bottom - top)));
}
