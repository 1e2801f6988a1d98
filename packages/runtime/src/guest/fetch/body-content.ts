import { loadStreams } from "../lazy.ts";
import { IntrinsicTypeError } from "../primordials.ts";
import { type Bytes, bytesOf, copyBytes, joinBytes } from "../web/bytes.ts";
import type { ByteStream } from "../web/streams.ts";

/** The content of a request or response: bytes that are there, or a stream that will bring them. */
export class BodyContent {
  #bytes: Bytes | undefined;
  #stream: ByteStream | undefined;
  #used = false;

  constructor(source: Bytes | ByteStream) {
    if (isStream(source)) this.#stream = source;
    else this.#bytes = source;
  }

  get used(): boolean {
    return this.#used || (this.#stream !== undefined && this.#stream.locked);
  }

  /** Made on demand: most bodies are read as a whole. */
  get stream(): ByteStream {
    this.#stream ??= streamOf(this.#bytes as Bytes);
    return this.#stream;
  }

  /** All bytes, once. @throws TypeError when the body was read before */
  async consume(): Promise<Bytes> {
    if (this.used) throw new IntrinsicTypeError("Body is unusable: it was read before, or its stream is locked");
    this.#used = true;
    return this.#stream === undefined ? (this.#bytes as Bytes) : readAll(this.#stream);
  }

  /** Moves the content into a new body; this one is used from then on. */
  takeOver(): BodyContent {
    if (this.used) throw new IntrinsicTypeError("A body that was read cannot be used again");
    const moved = new BodyContent(this.#stream ?? (this.#bytes as Bytes));
    this.#used = true;
    return moved;
  }

  /** A second body with the same content. */
  clone(): BodyContent {
    if (this.used) throw new IntrinsicTypeError("A body that was read cannot be cloned");
    if (this.#stream === undefined) return new BodyContent(this.#bytes as Bytes);
    const [mine, other] = this.#stream.tee();
    this.#stream = mine;
    return new BodyContent(other);
  }
}

export function isStream(source: unknown): source is ByteStream {
  return typeof source === "object" && source !== null && typeof (source as ByteStream).getReader === "function";
}

function streamOf(bytes: Bytes): ByteStream {
  const { ReadableStream } = loadStreams();
  return new ReadableStream({
    type: "bytes",
    start(controller) {
      if (bytes.length > 0) controller.enqueue(new Uint8Array(copyBytes(bytes)));
      controller.close();
    },
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
