import type { Raster } from "../src/raster.ts";
import { resize } from "../src/resize.ts";

/** Whether a stream shows pictures: a terminal that says it knows 16 million colours. */
export function showsPictures(stream: { readonly isTTY?: boolean }, colorterm: string | undefined): boolean {
  return stream.isTTY === true && (colorterm === "truecolor" || colorterm === "24bit");
}

/** Draws a picture with half blocks, two pixels in each character: the upper in the foreground, the lower behind it. */
export function drawPicture(picture: Raster, columns: number): string[] {
  const width = Math.min(columns, picture.width);
  const height = Math.min(picture.height, Math.max(2, Math.round((picture.height * width) / picture.width)));
  const small = resize(picture, { width, height });
  const lines: string[] = [];
  for (let y = 0; y + 1 < height; y += 2) {
    let line = "";
    for (let x = 0; x < width; x++) line += `\u001b[38;2;${colour(small, x, y)};48;2;${colour(small, x, y + 1)}m▀`;
    lines.push(`${line}\u001b[0m`);
  }
  return lines;
}

function colour(picture: Raster, x: number, y: number): string {
  const at = (y * picture.width + x) * 4;
  return picture.data.subarray(at, at + 3).join(";");
}
