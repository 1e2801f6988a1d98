/** The codec's glue hands decoded pixels over in the browser's ImageData, which exists nowhere else. */
class PixelData {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;

  constructor(data: Uint8ClampedArray, width: number, height: number) {
    this.data = data;
    this.width = width;
    this.height = height;
  }
}

export function provideImageData(): void {
  if (Reflect.get(globalThis, "ImageData") === undefined) Reflect.set(globalThis, "ImageData", PixelData);
}
