import { zlib } from "../../web/zlib-library.ts";
import { invalidArgType, nodeError, outOfRange } from "../node-error.ts";
import { zlibConstants as C } from "./zlib-constants.ts";

export interface ZlibOptions {
  readonly flush?: number;
  readonly finishFlush?: number;
  readonly chunkSize?: number;
  readonly windowBits?: number;
  readonly level?: number;
  readonly memLevel?: number;
  readonly strategy?: number;
  readonly dictionary?: unknown;
  readonly maxOutputLength?: number;
  readonly info?: boolean;
}

const METHOD_DEFLATED = 8;
const GZIP_MAGIC = 0x1f;

export type Format = "Deflate" | "DeflateRaw" | "Gzip" | "Inflate" | "InflateRaw" | "Gunzip" | "Unzip";

/** What zlib adds to the window's size to say which wrapping it means. */
const WINDOW: Readonly<Record<Format, (bits: number) => number>> = {
  Deflate: (bits) => bits,
  Inflate: (bits) => bits,
  DeflateRaw: (bits) => -Math.max(bits, 9),
  InflateRaw: (bits) => -bits,
  Gzip: (bits) => bits + 16,
  Gunzip: (bits) => bits + 16,
  Unzip: (bits) => bits + 32,
};

const CODES = Object.fromEntries(
  Object.entries(C)
    .filter(([name, value]) => /^Z_(?:NEED_DICT|\w+_ERROR)$/.test(name) && typeof value === "number")
    .map(([name, value]) => [value, name]),
) as Record<number, string>;

const MESSAGES: Readonly<Record<number, string>> = {
  [C.Z_NEED_DICT]: "Missing dictionary",
  [C.Z_DATA_ERROR]: "incorrect data check",
  [C.Z_BUF_ERROR]: "unexpected end of file",
  [C.Z_STREAM_ERROR]: "stream error",
};

export function bytesOf(data: unknown, name = "buffer"): Uint8Array {
  if (typeof data === "string") return Buffer.from(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  throw invalidArgType(name, "of type string or an instance of Buffer, TypedArray, DataView, or ArrayBuffer", data);
}

function ranged(options: ZlibOptions, name: keyof ZlibOptions, low: number, high: number, fallback: number): number {
  const value = options[name] ?? fallback;
  if (typeof value !== "number") throw invalidArgType(`options.${name}`, "of type number", value);
  if (!(value >= low && value <= high)) throw outOfRange(`options.${name}`, `>= ${low} and <= ${high}`, value);
  return value;
}

/** One stream of compression or decompression. */
export class Codec {
  readonly #format: Format;
  readonly #compresses: boolean;
  readonly #stream = new zlib.ZStream();
  readonly #chunkSize: number;
  readonly #dictionary: Uint8Array | undefined;
  #ended = false;
  #consumed = 0;

  constructor(format: Format, options: ZlibOptions) {
    this.#format = format;
    this.#compresses = /^(?:Deflate|Gzip)/.test(format);
    this.#chunkSize = ranged(options, "chunkSize", C.Z_MIN_CHUNK, Infinity, C.Z_DEFAULT_CHUNK);
    // Zero asks a decompressor to take the size from the header, which names none greater than the default.
    const bits = ranged(options, "windowBits", this.#compresses ? C.Z_MIN_WINDOWBITS : 0, 15, 15) || 15;
    const window = WINDOW[format](bits);
    if (this.#compresses) {
      const level = ranged(options, "level", -1, 9, -1);
      const memLevel = ranged(options, "memLevel", 1, 9, 8);
      const strategy = ranged(options, "strategy", 0, 4, 0);
      this.#check(zlib.zlibDeflateInit2(this.#stream, level, METHOD_DEFLATED, window, memLevel, strategy));
    } else this.#check(zlib.zlibInflateInit2(this.#stream, window));
    this.#dictionary = options.dictionary === undefined ? undefined : bytesOf(options.dictionary, "options.dictionary");
    this.#useDictionary();
  }

  /** Bytes that went in. */
  get consumed(): number {
    return this.#consumed;
  }

  reset(): void {
    if (this.#compresses) zlib.zlibDeflateReset(this.#stream);
    else zlib.zlibInflateReset(this.#stream);
    this.#ended = false;
    this.#useDictionary();
  }

  /** Takes all of `input` and hands on what comes of it. */
  process(input: Uint8Array, flush: number, emit: (output: Uint8Array) => void): void {
    const stream = this.#stream;
    stream.input = input;
    stream.next_in = 0;
    stream.avail_in = input.length;
    for (let more = !this.#ended; more; ) {
      stream.output = new Uint8Array(this.#chunkSize);
      stream.next_out = 0;
      stream.avail_out = this.#chunkSize;
      const status = this.#step(flush);
      if (stream.next_out > 0) emit(stream.output.subarray(0, stream.next_out));
      if (status === C.Z_STREAM_END) more = this.#nextMember();
      else if (stream.avail_out > 0) {
        if (flush === C.Z_FINISH && !this.#compresses) throw this.#error(C.Z_BUF_ERROR);
        more = stream.avail_in > 0 && status !== C.Z_BUF_ERROR;
      }
    }
    this.#consumed += input.length - stream.avail_in;
  }

  #step(flush: number): number {
    const stream = this.#stream;
    const status = this.#compresses ? zlib.zlibDeflate(stream, flush) : zlib.zlibInflate(stream, flush);
    if (status === C.Z_NEED_DICT && this.#dictionary !== undefined) {
      if (zlib.zlibInflateSetDictionary(stream, this.#dictionary) !== C.Z_OK) {
        throw this.#error(C.Z_DATA_ERROR, "Bad dictionary");
      }
      return this.#step(flush);
    }
    if (status !== C.Z_BUF_ERROR) this.#check(status);
    return status;
  }

  /** A gzip file may be several, one after the other; what follows and is none is ignored, as in Node. */
  #nextMember(): boolean {
    const { avail_in, next_in, input } = this.#stream;
    const another = this.#format === "Gunzip" && avail_in > 0 && input[next_in] === GZIP_MAGIC;
    if (another) zlib.zlibInflateReset(this.#stream);
    else this.#ended = true;
    return another;
  }

  #useDictionary(): void {
    if (this.#dictionary === undefined) return;
    if (this.#compresses) this.#check(zlib.zlibDeflateSetDictionary(this.#stream, this.#dictionary));
    else if (this.#format === "InflateRaw") zlib.zlibInflateSetDictionary(this.#stream, this.#dictionary);
  }

  #check(status: number): void {
    if (status !== C.Z_OK && status !== C.Z_STREAM_END) throw this.#error(status);
  }

  #error(status: number, message?: string): Error {
    // zlib says most of what it means in `msg`; of a cut-off input it says nothing.
    const said = status === C.Z_BUF_ERROR ? "" : this.#stream.msg;
    const text = message ?? (said === "" ? (MESSAGES[status] ?? "zlib error") : said);
    return Object.assign(nodeError(Error, CODES[status] ?? "Z_ERRNO", text), { errno: status });
  }
}
