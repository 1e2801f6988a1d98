type BufferClass = {
  from(...args: unknown[]): unknown;
  isEncoding(encoding: unknown): boolean;
  byteLength(value: unknown, encoding?: unknown): number;
  readonly prototype: { toString(encoding?: unknown, start?: number, end?: number): string };
};

/** Node's Buffer from npm's `buffer`, which lacks one encoding that every token library uses: base64url. */
const npmBuffer = require("buffer") as { readonly Buffer: BufferClass; readonly kMaxLength: number };

export const { Buffer } = npmBuffer;

const { from, isEncoding, byteLength } = Buffer;
const { toString } = Buffer.prototype;
const isBase64Url = (encoding: unknown): boolean =>
  typeof encoding === "string" && encoding.toLowerCase() === "base64url";

const patches = {
  from(this: unknown, value: unknown, encoding?: unknown, length?: unknown): unknown {
    return from.call(Buffer, value, isBase64Url(encoding) ? "base64" : encoding, length);
  },
  isEncoding: (encoding: unknown): boolean => isBase64Url(encoding) || isEncoding(encoding),
  byteLength: (value: unknown, encoding?: unknown): number =>
    byteLength(value, isBase64Url(encoding) ? "base64" : encoding),
};
Object.assign(Buffer, patches);
Buffer.prototype.toString = function (encoding?: unknown, start?: number, end?: number): string {
  if (!isBase64Url(encoding))
    return arguments.length === 0 ? toString.call(this) : toString.call(this, encoding, start, end);
  return toString.call(this, "base64", start, end).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
};

export const bufferModule = {
  Buffer,
  kMaxLength: npmBuffer.kMaxLength,
  constants: { MAX_LENGTH: npmBuffer.kMaxLength, MAX_STRING_LENGTH: 2 ** 29 - 24 },
  atob: (text: unknown): string => globalThis.atob(String(text)),
  btoa: (text: unknown): string => globalThis.btoa(String(text)),
};
