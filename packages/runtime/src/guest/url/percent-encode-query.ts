/**
 * Takes the place of `@exodus/bytes` under whatwg-url, which knows all legacy encodings: a function's URLs are UTF-8.
 */
export function percentEncodeAfterEncoding(_encoding: string, text: string, alsoEncode: string): string {
  let out = "";
  for (const char of text.toWellFormed()) {
    const code = char.codePointAt(0) as number;
    const plain = code > 0x1f && code < 0x7f && !alsoEncode.includes(char);
    out += plain
      ? char
      : code < 0x80
        ? `%${code.toString(16).toUpperCase().padStart(2, "0")}`
        : encodeURIComponent(char);
  }
  return out;
}
