import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { JpegCodec } from "../src/jpeg-codec.ts";

declare const WebAssembly: { readonly Module: new (bytes: Uint8Array) => object };

const require = createRequire(import.meta.url);

/** The function's codec on plain Node. */
export async function createNodeCodec(): Promise<JpegCodec> {
  const [decoder, encoder] = await Promise.all([compile("dec/mozjpeg_dec.wasm"), compile("enc/mozjpeg_enc.wasm")]);
  return new JpegCodec({ decoder, encoder });
}

async function compile(file: string): Promise<object> {
  return new WebAssembly.Module(await readFile(require.resolve(`@jsquash/jpeg/codec/${file}`)));
}
