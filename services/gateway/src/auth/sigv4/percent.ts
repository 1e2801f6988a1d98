const RESERVED = /[^A-Za-z0-9._~-]/;
const RESERVED_CHARS = new RegExp(RESERVED, "g");
const RESERVED_BUT_SLASH = /[^A-Za-z0-9._~/-]/g;

/** `%XX` of every byte. */
const ESCAPES = Array.from({ length: 256 }, (_, byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`);

/**
 * A path as signatures are made over it: unreserved characters and slashes as they are, every other byte as `%XX`. A
 * request line has one character for each byte, and so has the text here.
 */
export function encodePath(bytes: string): string {
  return bytes.replace(RESERVED_BUT_SLASH, escapeByte);
}

/**
 * One name or value of a query, in the one form that signatures are made over. `+` is a space, as for all that read
 * queries here.
 */
export function normaliseQueryPart(text: string): string {
  return RESERVED.test(text) ? percentDecode(text.replaceAll("+", " ")).replace(RESERVED_CHARS, escapeByte) : text;
}

/** Bytes as characters; what is no escape stays as it is. */
export function percentDecode(text: string): string {
  return text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function escapeByte(char: string): string {
  return ESCAPES[char.charCodeAt(0) & 255] as string;
}
