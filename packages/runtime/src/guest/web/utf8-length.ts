import { charCodeAt, stringSlice } from "../primordials.ts";

/** Bytes of `text` in UTF-8; a lone surrogate counts as U+FFFD, as it is encoded. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const code = charCodeAt(text, at);
    if (code < 0x80) continue;
    if (code < 0x800) bytes += 1;
    else if (!isHighSurrogate(code) || !isLowSurrogate(charCodeAt(text, at + 1))) bytes += 2;
    else {
      bytes += 2;
      at++;
    }
  }
  return bytes;
}

/** True when `text` takes more than `maxBytes` in UTF-8; looks at the characters only when it must. */
export function exceedsUtf8(text: string, maxBytes: number): boolean {
  if (text.length * 3 <= maxBytes) return false;
  return text.length > maxBytes || utf8Length(text) > maxBytes;
}

/** The longest beginning of `text` that fits, with a note of how much was cut. */
export function clipToUtf8(text: string, maxBytes: number): string {
  if (!exceedsUtf8(text, maxBytes)) return text;
  let bytes = 0;
  let at = 0;
  for (; at < text.length; at++) {
    const code = charCodeAt(text, at);
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
    if (bytes > maxBytes - 48) break;
  }
  if (at > 0 && isHighSurrogate(charCodeAt(text, at - 1))) at--;
  return `${stringSlice(text, 0, at)}… (${text.length - at} more characters)`;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
