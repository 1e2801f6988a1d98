import { brand, IntrinsicTypeError, toText } from "../primordials.ts";
import { encodeUtf8, encodeUtf8Into } from "./utf8.ts";

export class TextEncoder {
  readonly #encoding = "utf-8";

  get encoding(): string {
    return this.#encoding;
  }

  encode(text: unknown = ""): Uint8Array<ArrayBuffer> {
    this.#check();
    return encodeUtf8(toText(text));
  }

  encodeInto(text: unknown, destination: Uint8Array): { read: number; written: number } {
    this.#check();
    if (!(destination instanceof Uint8Array)) {
      throw new IntrinsicTypeError("TextEncoder.encodeInto: the destination must be a Uint8Array");
    }
    return encodeUtf8Into(toText(text), destination);
  }

  /** Of an object of another class there is no such method: a TypeError, as the standard wants it. */
  #check(): void {}
}

brand(TextEncoder, "TextEncoder");
