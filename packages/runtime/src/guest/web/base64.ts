import { charCodeAt, fromCharCode, IntrinsicTypeError, IntrinsicUint8Array, toText } from "../primordials.ts";
import { domException } from "../lazy.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const INVALID = 255;
const VALUES = new IntrinsicUint8Array(128).fill(INVALID);
for (let at = 0; at < 64; at++) VALUES[charCodeAt(ALPHABET, at)] = at;

function encode(length: number, byteAt: (index: number) => number): string {
  let text = "";
  for (let at = 0; at < length; at += 3) {
    const left = length - at;
    const bits = (byteAt(at) << 16) | (left > 1 ? byteAt(at + 1) << 8 : 0) | (left > 2 ? byteAt(at + 2) : 0);
    text += ALPHABET[bits >> 18];
    text += ALPHABET[(bits >> 12) & 63];
    text += left > 1 ? ALPHABET[(bits >> 6) & 63] : "=";
    text += left > 2 ? ALPHABET[bits & 63] : "=";
  }
  return text;
}

export function base64OfBytes(bytes: Uint8Array): string {
  return encode(bytes.length, (at) => bytes[at] as number);
}

export function btoa(input: unknown): string {
  if (arguments.length === 0) throw new IntrinsicTypeError("btoa needs a text");
  const text = toText(input);
  for (let at = 0; at < text.length; at++) {
    if (charCodeAt(text, at) > 0xff) throw domException("Invalid character", "InvalidCharacterError");
  }
  return encode(text.length, (at) => charCodeAt(text, at));
}

/** Forgiving base64, by the Infra standard: white space is skipped and the padding may be missing. */
export function atob(input: unknown): string {
  if (arguments.length === 0) throw new IntrinsicTypeError("atob needs a text");
  const text = toText(input).replace(/[\t\n\f\r ]+/g, "");
  const padded = text.length % 4 === 0 ? text.replace(/={1,2}$/, "") : text;
  const invalid = () => domException("The string to be decoded is not correctly encoded.", "InvalidCharacterError");
  if (padded.length % 4 === 1) throw invalid();
  let out = "";
  let bits = 0;
  let count = 0;
  for (let at = 0; at < padded.length; at++) {
    const code = charCodeAt(padded, at);
    const value = code < 128 ? (VALUES[code] as number) : INVALID;
    if (value === INVALID) throw invalid();
    bits = ((bits << 6) | value) & 0xffffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += fromCharCode((bits >> count) & 0xff);
    }
  }
  return out;
}
