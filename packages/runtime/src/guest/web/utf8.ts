import { charCodeAt, fromCharCode, IntrinsicUint8Array, IntrinsicUint16Array, reflectApply } from "../primordials.ts";
import type { Bytes } from "./bytes.ts";
import { utf8Length } from "./utf8-length.ts";

const REPLACEMENT = 0xfffd;
const CHUNK_UNITS = 4096;

export function encodeUtf8(text: string): Bytes {
  const bytes = new IntrinsicUint8Array(utf8Length(text));
  encodeUtf8Into(text, bytes);
  return bytes;
}

/** Writes whole characters as long as they fit. */
export function encodeUtf8Into(text: string, bytes: Uint8Array): { read: number; written: number } {
  const room = bytes.length;
  const { length } = text;
  let at = 0;
  let out = 0;
  for (; at < length; at++) {
    let code = charCodeAt(text, at);
    if (code < 0x80) {
      if (out >= room) break;
      bytes[out++] = code;
      continue;
    }
    let units = 1;
    if (code >= 0xd800 && code <= 0xdfff) {
      const low = code <= 0xdbff && at + 1 < length ? charCodeAt(text, at + 1) : 0;
      if (low >= 0xdc00 && low <= 0xdfff) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        units = 2;
      } else code = REPLACEMENT;
    }
    const size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (out + size > room) break;
    if (size === 2) bytes[out++] = 0xc0 | (code >> 6);
    else {
      if (size === 3) bytes[out++] = 0xe0 | (code >> 12);
      else {
        bytes[out++] = 0xf0 | (code >> 18);
        bytes[out++] = 0x80 | ((code >> 12) & 0x3f);
      }
      bytes[out++] = 0x80 | ((code >> 6) & 0x3f);
    }
    bytes[out++] = 0x80 | (code & 0x3f);
    at += units - 1;
  }
  return { read: at, written: out };
}

/** Gathers UTF-16 units and turns them into text in pieces: one string operation per 4,096 units. */
export class TextBuilder {
  readonly #units = new IntrinsicUint16Array(CHUNK_UNITS + 1);
  #count = 0;
  #text = "";

  push(codePoint: number): void {
    if (codePoint >= 0x10000) {
      this.#units[this.#count++] = 0xd800 + ((codePoint - 0x10000) >> 10);
      this.#units[this.#count++] = 0xdc00 + ((codePoint - 0x10000) & 0x3ff);
    } else this.#units[this.#count++] = codePoint;
    if (this.#count >= CHUNK_UNITS) this.#flush();
  }

  toText(): string {
    this.#flush();
    return this.#text;
  }

  #flush(): void {
    if (this.#count === 0) return;
    const units = new IntrinsicUint16Array(this.#units.buffer, 0, this.#count);
    this.#text += reflectApply(fromCharCode, undefined, units);
    this.#count = 0;
  }
}

/** The UTF-8 decoder of the Encoding Standard: keeps an unfinished character from one piece to the next. */
export class Utf8Decoder {
  #codePoint = 0;
  #needed = 0;
  #seen = 0;
  #lower = 0x80;
  #upper = 0xbf;

  /** Answers false at the first fault when `fatal`. */
  decode(bytes: Uint8Array, out: TextBuilder, fatal: boolean): boolean {
    const { length } = bytes;
    for (let at = 0; at < length; at++) {
      const byte = bytes[at] as number;
      if (this.#needed === 0) {
        if (byte < 0x80) out.push(byte);
        else if (!this.#begin(byte)) {
          if (fatal) return false;
          out.push(REPLACEMENT);
        }
      } else if (byte < this.#lower || byte > this.#upper) {
        this.#reset();
        if (fatal) return false;
        out.push(REPLACEMENT);
        at--; // The byte may begin a character of its own.
      } else {
        this.#lower = 0x80;
        this.#upper = 0xbf;
        this.#codePoint = (this.#codePoint << 6) | (byte & 0x3f);
        if (++this.#seen === this.#needed) {
          out.push(this.#codePoint);
          this.#reset();
        }
      }
    }
    return true;
  }

  /** Ends the text; false when it ends in the middle of a character and `fatal`. */
  end(out: TextBuilder, fatal: boolean): boolean {
    const unfinished = this.#needed !== 0;
    this.#reset();
    if (!unfinished) return true;
    if (fatal) return false;
    out.push(REPLACEMENT);
    return true;
  }

  #begin(byte: number): boolean {
    if (byte >= 0xc2 && byte <= 0xdf) {
      this.#needed = 1;
      this.#codePoint = byte & 0x1f;
    } else if (byte >= 0xe0 && byte <= 0xef) {
      if (byte === 0xe0) this.#lower = 0xa0;
      if (byte === 0xed) this.#upper = 0x9f;
      this.#needed = 2;
      this.#codePoint = byte & 0xf;
    } else if (byte >= 0xf0 && byte <= 0xf4) {
      if (byte === 0xf0) this.#lower = 0x90;
      if (byte === 0xf4) this.#upper = 0x8f;
      this.#needed = 3;
      this.#codePoint = byte & 0x7;
    } else return false;
    return true;
  }

  #reset(): void {
    this.#needed = 0;
    this.#seen = 0;
    this.#codePoint = 0;
    this.#lower = 0x80;
    this.#upper = 0xbf;
  }
}

/** Decodes a whole text leniently, without its byte order mark unless asked: what `Response.text()` does. */
export function decodeUtf8(bytes: Uint8Array, keepMark = false): string {
  const out = new TextBuilder();
  const hasMark = !keepMark && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const decoder = new Utf8Decoder();
  decoder.decode(hasMark ? bytes.subarray(3) : bytes, out, false);
  decoder.end(out, false);
  return out.toText();
}
