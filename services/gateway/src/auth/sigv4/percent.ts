const UNRESERVED_ONLY = /^[A-Za-z0-9._~-]*$/;
const HEX = "0123456789ABCDEF";

/**
 * Each byte as signatures are made over it: unreserved characters as they are, all others as `%XX`. A request line has
 * one character for each byte, and so has the text here.
 */
export function percentEncode(bytes: string, keep = ""): string {
  if (UNRESERVED_ONLY.test(bytes)) return bytes;
  let out = "";
  for (const char of bytes) out += isUnreserved(char) || keep.includes(char) ? char : encodeByte(char.charCodeAt(0));
  return out;
}

/** One name or value of a query string, in the one form that signatures are made over. `+` is a space, as for all that read queries here. */
export function normaliseQueryPart(text: string): string {
  return UNRESERVED_ONLY.test(text) ? text : percentEncode(percentDecode(text.replaceAll("+", " ")));
}

/** Bytes as characters; what is no escape stays as it is. */
export function percentDecode(text: string): string {
  return text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function isUnreserved(char: string): boolean {
  return UNRESERVED_ONLY.test(char);
}

function encodeByte(code: number): string {
  return `%${HEX[(code >> 4) & 15]}${HEX[code & 15]}`;
}
