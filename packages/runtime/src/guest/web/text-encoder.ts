import { brand, IntrinsicTypeError, toText } from "../primordials.ts";
import { encodeUtf8, encodeUtf8Into } from "./utf8.ts";

export class TextEncoder {
  get encoding(): string {
    return "utf-8";
  }

  encode(text: unknown = ""): Uint8Array<ArrayBuffer> {
    return encodeUtf8(toText(text));
  }

  encodeInto(text: unknown, destination: Uint8Array): { read: number; written: number } {
    if (!(destination instanceof Uint8Array)) {
      throw new IntrinsicTypeError("TextEncoder.encodeInto: the destination must be a Uint8Array");
    }
    return encodeUtf8Into(toText(text), destination);
  }
}

brand(TextEncoder, "TextEncoder");
