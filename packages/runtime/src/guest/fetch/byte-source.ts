import { loadStreams } from "../lazy.ts";
import { IntrinsicTypeError, typedArrayTag } from "../primordials.ts";
import { type Bytes, bytesOf, copyBytes, joinBytes } from "../web/bytes.ts";
import type { ByteStream } from "../web/streams.ts";

/**
 * Bytes that come piece by piece, for those who need no stream object: the host's side of a body. Each piece has a
 * buffer of its own, which passes to the reader.
 */
export interface ByteSource {
  /** The next piece; undefined at the end. Called again only when the last call has settled. */
  read(): Promise<Bytes | undefined>;
  /** Nobody wants the rest. */
  cancel(reason: unknown): unknown;
}

export async function readAll(source: ByteSource): Promise<Bytes> {
  const chunks: Bytes[] = [];
  for (;;) {
    const chunk = await source.read();
    if (chunk === undefined) return chunks.length === 1 ? (chunks[0] as Bytes) : joinBytes(chunks);
    chunks.push(chunk);
  }
}

/** Reads a stream, which is locked from now on. */
export function sourceOfStream(stream: ByteStream): ByteSource {
  const reader = stream.getReader();
  return {
    async read() {
      const { done, value } = await reader.read();
      if (done) return undefined;
      if (!isUint8Array(value)) throw new IntrinsicTypeError("A body's stream must give Uint8Arrays");
      return value;
    },
    cancel: (reason) => reader.cancel(reason),
  };
}

/** A byte stream that asks the source for the next piece when its reader asks for it, and never before. */
export function streamOfSource(source: ByteSource): ByteStream {
  const { ReadableStream } = loadStreams();
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      let chunk = await source.read();
      while (chunk?.length === 0) chunk = await source.read();
      if (chunk !== undefined) {
        controller.enqueue(chunk);
        return;
      }
      controller.close();
      controller.byobRequest?.respond(0);
    },
    cancel: (reason) => source.cancel(reason),
  });
}

/** Gives a copy of the bytes in one piece. */
export function sourceOfBytes(bytes: Bytes): ByteSource {
  let left: Bytes | undefined = bytes;
  return {
    async read() {
      const piece = left;
      left = undefined;
      return piece === undefined ? undefined : new Uint8Array(copyBytes(piece));
    },
    cancel: () => undefined,
  };
}

function isUint8Array(value: unknown): value is Bytes {
  return bytesOf(value) !== undefined && typedArrayTag(value) === "Uint8Array";
}
