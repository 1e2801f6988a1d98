/**
 * Guests' keys and values as bytes, without loss. Keys are UTF-16 in big-endian order: every string of JavaScript fits,
 * lone surrogates and NUL included, and comparing bytes (as Redis' sorted sets do) is comparing strings (as `<` does).
 */
export function encodeKvKey(key: string): Buffer {
  return Buffer.from(key, "utf16le").swap16();
}

export function decodeKvKey(bytes: Buffer): string {
  return Buffer.from(bytes).swap16().toString("utf16le");
}

/** Values are UTF-8 behind a 'u', or UTF-16 behind a 'w' in the rare case that UTF-8 cannot hold them. */
export function encodeKvValue(value: string): Buffer {
  return value.isWellFormed()
    ? Buffer.from(`u${value}`, "utf8")
    : Buffer.concat([Buffer.from("w"), Buffer.from(value, "utf16le")]);
}

export function decodeKvValue(bytes: Buffer): string {
  const body = bytes.subarray(1);
  return bytes[0] === 0x77 ? body.toString("utf16le") : body.toString("utf8");
}

/** The least bytes above all that begin with the prefix; undefined when nothing is above. */
export function afterPrefix(prefix: Buffer): Buffer | undefined {
  let end = prefix.length;
  while (end > 0 && prefix[end - 1] === 0xff) end--;
  if (end === 0) return undefined;
  const bound = Buffer.from(prefix.subarray(0, end));
  bound[end - 1] = (bound[end - 1] ?? 0) + 1;
  return bound;
}
