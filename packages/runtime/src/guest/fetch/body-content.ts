import { loadStreams } from "../lazy.ts";
import { IntrinsicTypeError } from "../primordials.ts";
import { type Bytes, bytesOf, copyBytes, joinBytes } from "../web/bytes.ts";
import type { ByteStream } from "../web/streams.ts";

/** The content of a request or response: bytes that are there, or a stream that will bring them. */
export class BodyContent {
  readonly #bytes: Bytes | undefined;
  /** Of a body that is bytes: a view of them for those who read streams, made on demand. */
  #stream: ByteStream | undefined;
  #used = false;

  constructor(source: Bytes | ByteStream) {
    if (isStream(source)) this.#stream = source;
    else this.#bytes = source;
  }

  get used(): boolean {
    return this.#used || (this.#stream !== undefined && this.#stream.locked);
  }

  get stream(): ByteStream {
    this.#stream ??= streamOf(this.#bytes as Bytes, () => {
      this.#used = true;
    });
    return this.#stream;
  }

  /** All bytes, once. @throws TypeError when the body was read before */
  async consume(): Promise<Bytes> {
    if (this.used) throw new IntrinsicTypeError("Body is unusable: it was read before, or its stream is locked");
    this.#used = true;
    return this.#bytes ?? readAll(this.#stream as ByteStream);
  }

  /** Moves the content into a new body; this one is used from then on. */
  takeOver(): BodyContent {
    if (this.used) throw new IntrinsicTypeError("A body that was read cannot be used again");
    const moved = new BodyContent(this.#bytes ?? (this.#stream as ByteStream));
    this.#used = true;
    return moved;
  }

  /** A second body with the same content. */
  clone(): BodyContent {
    if (this.used) throw new IntrinsicTypeError("A body that was read cannot be cloned");
    if (this.#bytes !== undefined) return new BodyContent(this.#bytes);
    const [mine, other] = (this.#stream as ByteStream).tee();
    this.#stream = mine;
    return new BodyContent(other);
  }
}

export function isStream(source: unknown): source is ByteStream {
  return typeof source === "object" && source !== null && typeof (source as ByteStream).getReader === "function";
}

/** A stream that gives the bytes at the first read, and says that it was read. */
function streamOf(bytes: Bytes, onRead: () => void): ByteStream {
  const { ReadableStream } = loadStreams();
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      onRead();
      if (bytes.length > 0) controller.enqueue(new Uint8Array(copyBytes(bytes)));
      controller.close();
      if (bytes.length === 0) controller.byobRequest?.respond(0);
    },
    cancel: onRead,
  });
}

async function readAll(stream: ByteStream): Promise<Bytes> {
  const reader = stream.getReader();
  const chunks: Bytes[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return joinBytes(chunks);
    const bytes = bytesOf(value);
    if (bytes === undefined) throw new IntrinsicTypeError("A body's stream must give Uint8Arrays");
    chunks.push(bytes);
  }
}
