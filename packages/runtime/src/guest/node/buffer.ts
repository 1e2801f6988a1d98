import { fillLazily } from "./lazy-properties.ts";
import { invalidArgType, nodeError } from "./node-error.ts";

type BufferClass = BufferConstructor & { poolSize: number };

/** Node's Buffer from npm's `buffer`, which lacks one encoding that every token library uses and what came since 2020. */
const npmBuffer = require("buffer") as { readonly Buffer: BufferClass; readonly kMaxLength: number };

export const { Buffer } = npmBuffer;

const { from, isEncoding, byteLength } = Buffer;
const { toString, write, fill, indexOf, lastIndexOf, includes } = Buffer.prototype;
const isBase64Url = (encoding: unknown): boolean =>
  typeof encoding === "string" && encoding.toLowerCase() === "base64url";
/** Decoding base64 reads both alphabets. */
const known = (value: unknown): unknown => (isBase64Url(value) ? "base64" : value);

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** The method, told base64 where base64url was said. */
const withBase64Url = (method: unknown): Method =>
  function (this: unknown, first: unknown, ...rest: unknown[]) {
    return Reflect.apply(method as Method, this, [first, ...rest.map(known)]);
  };

const statics: Record<string, Method> = {
  from(this: unknown, value: unknown, encoding?: unknown, length?: unknown): unknown {
    return Reflect.apply(from as Method, Buffer, [value, known(encoding), length]);
  },
  isEncoding: (encoding: unknown): boolean => isBase64Url(encoding) || isEncoding(encoding as string),
  byteLength: (value: unknown, encoding?: unknown): number =>
    Reflect.apply(byteLength as Method, Buffer, [value, known(encoding)]) as number,
  of: (...bytes: unknown[]): unknown => from.call(Buffer, bytes as number[]),
  copyBytesFrom: (view: unknown, offset: unknown = 0, length?: unknown): unknown => {
    if (!ArrayBuffer.isView(view) || view instanceof DataView)
      throw invalidArgType("view", "an instance of TypedArray", view);
    const typed = view as Uint8Array;
    const end = length === undefined ? typed.length : (offset as number) + (length as number);
    const part = typed.slice(offset as number, end);
    return Reflect.apply(from as Method, Buffer, [part.buffer, part.byteOffset, part.byteLength]);
  },
};

/** `latin1Slice` and its like: undocumented, and used by half of npm's parsers. */
const ENCODINGS = ["ascii", "base64", "base64url", "hex", "latin1", "ucs2", "utf8"] as const;
const slices = Object.fromEntries(
  ENCODINGS.flatMap((encoding) => [
    [
      `${encoding}Slice`,
      function (this: Buffer, start?: number, end?: number): string {
        return this.toString(encoding, start, end);
      },
    ],
    [
      `${encoding}Write`,
      function (this: Buffer, text: string, offset = 0, length = this.length - offset): number {
        return this.write(text, offset, length, encoding);
      },
    ],
  ]),
);

const methods: Record<string, unknown> = {
  ...slices,
  write: withBase64Url(write),
  fill: withBase64Url(fill),
  indexOf: withBase64Url(indexOf),
  lastIndexOf: withBase64Url(lastIndexOf),
  includes: withBase64Url(includes),
  toString(this: unknown, encoding?: unknown, start?: number, end?: number): string {
    const text = toString as Method;
    if (arguments.length === 0) return Reflect.apply(text, this, []) as string;
    if (!isBase64Url(encoding)) return Reflect.apply(text, this, [encoding, start, end]) as string;
    const base64 = Reflect.apply(text, this, ["base64", start, end]) as string;
    return base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  },
};

function install(target: object, members: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
  }
}
install(Buffer, statics);
install(Buffer.prototype, methods);
// As JSON and `for … in` of a Buffer show none of its parts in Node, neither may its methods be enumerable.
for (const [name, { configurable }] of Object.entries(Object.getOwnPropertyDescriptors(Buffer.prototype))) {
  if (configurable === true) Object.defineProperty(Buffer.prototype, name, { enumerable: false });
}

function bytesOf(input: unknown): Uint8Array {
  if (input instanceof ArrayBuffer) return new Uint8Array(input);
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  throw invalidArgType("input", "an instance of ArrayBuffer, Buffer, or TypedArray", input);
}

function isUtf8(input: unknown): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytesOf(input));
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === "ERR_INVALID_ARG_TYPE") throw error;
    return false;
  }
}

const TRANSCODED = ["ascii", "latin1", "binary", "ucs2", "ucs-2", "utf16le", "utf-16le", "utf8", "utf-8"];

function transcode(source: unknown, fromEncoding: string, to: string): Buffer {
  const bytes = bytesOf(source);
  for (const encoding of [fromEncoding, to]) {
    if (!TRANSCODED.includes(String(encoding).toLowerCase())) {
      const message = `Unable to transcode Buffer [U_ILLEGAL_ARGUMENT_ERROR]`;
      throw nodeError(Error, "U_ILLEGAL_ARGUMENT_ERROR", message);
    }
  }
  const text = Buffer.from(bytes).toString(fromEncoding as BufferEncoding);
  const narrow = /^(?:ascii|latin1|binary)$/i.test(to);
  const limit = /^ascii$/i.test(to) ? 0x7f : 0xff;
  const fitting = narrow
    ? Array.from(text, (char) => ((char.codePointAt(0) ?? 0) > limit ? "?" : char)).join("")
    : text;
  return Buffer.from(fitting, to as BufferEncoding);
}

const MAX_STRING_LENGTH = 2 ** 29 - 24;

/** `node:buffer`. */
export const bufferModule = {
  Buffer,
  SlowBuffer: (size: number): Buffer => Buffer.allocUnsafeSlow(size),
  INSPECT_MAX_BYTES: 50,
  kMaxLength: npmBuffer.kMaxLength,
  kStringMaxLength: MAX_STRING_LENGTH,
  constants: { MAX_LENGTH: npmBuffer.kMaxLength, MAX_STRING_LENGTH },
  atob: (text: unknown): string => globalThis.atob(String(text)),
  btoa: (text: unknown): string => globalThis.btoa(String(text)),
  isAscii: (input: unknown): boolean => bytesOf(input).every((byte) => byte < 0x80),
  isUtf8,
  transcode,
  resolveObjectURL: (): undefined => undefined,
};
for (const name of ["Blob", "File"]) {
  fillLazily(bufferModule, name, () => (globalThis as unknown as Record<string, unknown>)[name], true);
}
