import { loadStreams } from "../lazy.ts";
import {
  brand,
  IntrinsicTypeError,
  stringToLowerCase,
  symbolIterator,
  toNumber,
  toText,
  trunc,
} from "../primordials.ts";
import { type Bytes, bytesOf, copyBytes, joinBytes } from "./bytes.ts";
import type { ByteStream } from "./streams.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

export interface BlobOptions {
  readonly type?: unknown;
  readonly endings?: unknown;
}

const STREAM_PIECE_BYTES = 65_536;

/** Wraps bytes that nobody changes any more; `new Blob` itself copies what it is given. */
class Sealed {
  readonly bytes: Bytes;

  constructor(bytes: Bytes) {
    this.bytes = bytes;
  }
}

let bytesInside: (blob: Blob) => Bytes;
let isBlobInside: (value: object) => boolean;

/** Bytes in the memory of the function, shared with the slices made of it. */
export class Blob {
  readonly #bytes: Bytes;
  readonly #type: string;

  constructor(parts?: unknown, options?: BlobOptions | null) {
    const { endings = "transparent", type } = dictionary(options);
    if (endings !== "transparent" && endings !== "native") {
      throw new IntrinsicTypeError(
        `Blob: the option endings must be "transparent" or "native", not "${toText(endings)}"`,
      );
    }
    this.#bytes = parts instanceof Sealed ? parts.bytes : joinParts(parts, endings === "native");
    this.#type = checkType(type);
  }

  get size(): number {
    return this.#bytes.length;
  }

  get type(): string {
    return this.#type;
  }

  slice(start?: unknown, end?: unknown, type?: unknown): Blob {
    const { length } = this.#bytes;
    const from = place(start, 0, length);
    const to = Math.max(from, place(end, length, length));
    return new Blob(new Sealed(this.#bytes.subarray(from, to)), { type: type ?? "" });
  }

  stream(): ByteStream {
    const bytes = this.#bytes;
    let at = 0;
    return new (loadStreams().ReadableStream)({
      type: "bytes",
      pull(controller) {
        if (at < bytes.length) {
          controller.enqueue(new Uint8Array(copyBytes(bytes.subarray(at, at + STREAM_PIECE_BYTES))));
          at += STREAM_PIECE_BYTES;
        }
        if (at < bytes.length) return;
        controller.close();
        controller.byobRequest?.respond(0);
      },
    });
  }

  async text(): Promise<string> {
    return decodeUtf8(this.#bytes);
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return copyBytes(this.#bytes);
  }

  async bytes(): Promise<Bytes> {
    return new Uint8Array(copyBytes(this.#bytes));
  }

  static {
    bytesInside = (blob) => blob.#bytes;
    isBlobInside = (value) => #bytes in value;
  }
}

brand(Blob, "Blob");

export function isBlob(value: unknown): value is Blob {
  return typeof value === "object" && value !== null && isBlobInside(value);
}

/** Not a copy: never to be changed or handed out. */
export function blobBytes(blob: Blob): Bytes {
  return bytesInside(blob);
}

/** For bytes that nobody else holds. */
export function sealBytes(bytes: Bytes): object {
  return new Sealed(bytes);
}

function joinParts(parts: unknown, nativeEndings: boolean): Bytes {
  if (parts === undefined) return new Uint8Array(0);
  if ((typeof parts !== "object" && typeof parts !== "function") || parts === null || !(symbolIterator in parts)) {
    throw new IntrinsicTypeError("Blob: the parts must be an array or another sequence");
  }
  const pieces: Bytes[] = [];
  for (const part of parts as Iterable<unknown>) pieces.push(partBytes(part, nativeEndings));
  return joinBytes(pieces);
}

function partBytes(part: unknown, nativeEndings: boolean): Bytes {
  const bytes = bytesOf(part);
  // Taken now: what the caller does while the other parts are read must not show.
  if (bytes !== undefined) return new Uint8Array(copyBytes(bytes));
  if (isBlob(part)) return bytesInside(part);
  const text = toText(part);
  return encodeUtf8(nativeEndings ? text.replace(/\r\n?/g, "\n") : text);
}

function dictionary(options: BlobOptions | null | undefined): BlobOptions {
  if (options === undefined || options === null) return {};
  if (typeof options === "object" || typeof options === "function") return options;
  throw new IntrinsicTypeError("Blob: the options must be an object");
}

function checkType(type: unknown): string {
  const text = type === undefined ? "" : toText(type);
  return /[^\x20-\x7e]/.test(text) ? "" : stringToLowerCase(text);
}

/** Where a slice begins or ends; a negative number counts from the end. */
function place(given: unknown, fallback: number, length: number): number {
  if (given === undefined) return fallback;
  const number = trunc(toNumber(given)) || 0;
  return number < 0 ? Math.max(0, length + number) : Math.min(number, length);
}
