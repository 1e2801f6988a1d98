import type { Raster } from "../src/raster.ts";

/** Mean absolute difference of two pictures of the same size, 0 (the same) to 255; transparency is left out. */
export function meanDifference(a: Raster, b: Raster): number {
  if (a.width !== b.width || a.height !== b.height) {
    throw new RangeError(`${a.width}x${a.height} pixels cannot be compared with ${b.width}x${b.height}`);
  }
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) {
    if (i % 4 !== 3) sum += Math.abs((a.data[i] ?? 0) - (b.data[i] ?? 0));
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
  for (let row = Math.floor(top); row < Math.min(source.height, Math.ceil(bottom)); row++) {
    const tall = Math.min(row + 1, bottom) - Math.max(row, top);
    for (let column = Math.floor(left); column < Math.min(source.width, Math.ceil(right)); column++) {
      const area = tall * (Math.min(column + 1, right) - Math.max(column, left));
      const at = (row * source.width + column) * 4;
      for (const channel of [0, 1, 2]) sum[channel] = (sum[channel] ?? 0) + area * (source.data[at + channel] ?? 0);
    }
  }
  return sum.map((value) => value / ((right - left) * (bottom - top)));
}
