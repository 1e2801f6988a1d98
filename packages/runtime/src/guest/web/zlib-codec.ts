import { IntrinsicTypeError } from "../primordials.ts";
import type { Bytes } from "./bytes.ts";
import { zlib } from "./zlib-library.ts";

export type CompressionFormat = "deflate" | "deflate-raw" | "gzip";

const PIECE_BYTES = 16_384;
const NO_FLUSH = 0;
const FINISH = 4;
const OK = 0;
const STREAM_END = 1;
const BUFFER_ERROR = -5;
const DEFLATED = 8;
/** zlib tells the formats apart by the size of the window. */
const WINDOW_BITS: Readonly<Record<CompressionFormat, number>> = { deflate: 15, "deflate-raw": -15, gzip: 31 };

/**
 * Compression, one piece of output at a time: whoever waits before asking for the next one never holds more than one,
 * whatever the input would swell to.
 */
export class ZlibCodec {
  readonly #stream = new zlib.ZStream();
  readonly #compresses: boolean;
  #flush = NO_FLUSH;
  #ended = false;

  constructor(format: CompressionFormat, direction: "compress" | "decompress") {
    this.#compresses = direction === "compress";
    const bits = WINDOW_BITS[format];
    if (this.#compresses) zlib.zlibDeflateInit2(this.#stream, 6, DEFLATED, bits, 8, 0);
    else zlib.zlibInflateInit2(this.#stream, bits);
  }

  /** To be followed by calls of `next` until it answers undefined. */
  give(input: Bytes): void {
    this.#stream.input = input;
    this.#stream.next_in = 0;
    this.#stream.avail_in = input.length;
  }

  /** No more input will come; `next` gives what is left. */
  finish(): void {
    this.give(new Uint8Array(0));
    this.#flush = FINISH;
  }

  /** The next piece of output, undefined when more input is needed. @throws TypeError for malformed input */
  next(): Bytes | undefined {
    const stream = this.#stream;
    if (this.#ended) return this.#afterEnd();
    stream.output = new Uint8Array(PIECE_BYTES);
    stream.next_out = 0;
    stream.avail_out = PIECE_BYTES;
    const status = this.#compresses ? zlib.zlibDeflate(stream, this.#flush) : zlib.zlibInflate(stream, NO_FLUSH);
    if (status === STREAM_END) this.#ended = true;
    else if (status !== OK && status !== BUFFER_ERROR) throw malformed(stream.msg || `zlib status ${status}`);
    if (stream.next_out > 0) {
      // A short piece gets a short buffer, so that many of them do not hold much memory.
      return stream.next_out === PIECE_BYTES ? stream.output : stream.output.slice(0, stream.next_out);
    }
    if (this.#ended) return this.#afterEnd();
    if (this.#flush === FINISH) throw malformed("it ends too early");
    return undefined;
  }

  #afterEnd(): undefined {
    if (this.#stream.avail_in > 0) throw malformed("something follows its end");
    return undefined;
  }
}

function malformed(why: string): Error {
  return new IntrinsicTypeError(`The compressed data was not valid: ${why}`);
}
