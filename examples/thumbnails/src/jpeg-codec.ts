import decode, { init as initDecoder } from "@jsquash/jpeg/decode.js";
import encode, { init as initEncoder } from "@jsquash/jpeg/encode.js";
import { provideImageData } from "./image-data.ts";
import type { Raster } from "./raster.ts";

export interface JpegCodecOptions {
  /** Compiled `@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm`. */
  readonly decoder: object;
  /** Compiled `@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm`. */
  readonly encoder: object;
}

/** The package's declarations leave out the compiled module, which its code takes first. */
type InitCodec = (compiled: object, overrides: object) => Promise<void>;

/** What the codec could not make sense of. Trying again cannot help. */
export class JpegError extends Error {
  override readonly name = "JpegError";
}

/** MozJPEG as WebAssembly. One call at a time: what the codec has to say about a picture arrives apart from its result. */
export class JpegCodec {
  readonly #options: JpegCodecOptions;
  readonly #complaints: string[] = [];
  #ready = false;

  constructor(options: JpegCodecOptions) {
    this.#options = options;
  }

  /**
   * Decodes and turns the picture upright as its EXIF orientation says. A file that ends early is decoded as far as it
   * goes, the rest is grey.
   * @throws JpegError when it is no JPEG that the codec reads
   */
  async decode(bytes: ArrayBuffer): Promise<Raster> {
    await this.#prepare();
    try {
      const { width, height, data } = await decode(bytes, { preserveOrientation: true });
      return { width, height, data };
    } catch {
      // What is thrown is a pointer into the codec's memory; the codec is left as it was when it gave up.
      this.#ready = false;
      throw new JpegError(this.#complaints.at(-1) ?? "the codec cannot decode it");
    }
  }

  /** @param quality 1 to 100 */
  async encode(picture: Raster, quality: number): Promise<Uint8Array<ArrayBuffer>> {
    await this.#prepare();
    return new Uint8Array(await encode({ ...picture, colorSpace: "srgb" }, { quality }));
  }

  async #prepare(): Promise<void> {
    this.#complaints.length = 0;
    if (this.#ready) return;
    provideImageData();
    const overrides = {
      printErr: (message: string) => void this.#complaints.push(message),
      // Without it the glue computes the address of a .wasm file that it never loads.
      locateFile: (name: string) => name,
    };
    await (initDecoder as unknown as InitCodec)(this.#options.decoder, overrides);
    await (initEncoder as unknown as InitCodec)(this.#options.encoder, overrides);
    this.#ready = true;
  }
}
