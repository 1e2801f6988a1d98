/** Pixels of a picture: four bytes each (red, green, blue, alpha), line by line from the top. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

export interface Dimensions {
  readonly width: number;
  readonly height: number;
}

/** The largest size of the same shape whose longer side is at most `longSide` pixels. Never enlarges. */
export function fitWithin(size: Dimensions, longSide: number): Dimensions {
  const scale = Math.min(1, longSide / Math.max(size.width, size.height));
  return {
    width: Math.max(1, Math.round(size.width * scale)),
    height: Math.max(1, Math.round(size.height * scale)),
  };
}
