import { loadBuffer, loadTextDecoder } from "../lazy.ts";
import type { Bytes } from "../web/bytes.ts";

/** Bytes as a Lambda result carries them: as text where they are UTF-8, else in base64. */
export function textOrBase64(bytes: Bytes): { readonly body: string; readonly isBase64Encoded: boolean } {
  try {
    const decoder = new (loadTextDecoder().TextDecoder)("utf-8", { fatal: true, ignoreBOM: true });
    return { body: decoder.decode(bytes), isBase64Encoded: false };
  } catch {
    const { Buffer } = loadBuffer();
    return { body: Buffer.from(bytes).toString("base64"), isBase64Encoded: true };
  }
}
