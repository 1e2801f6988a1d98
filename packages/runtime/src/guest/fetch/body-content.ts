import { loadStreams } from "../lazy.ts";
import { IntrinsicTypeError, isArrayBufferView } from "../primordials.ts";
import type { Bytes } from "../web/bytes.ts";
import type { ByteStream } from "../web/streams.ts";
import { type ByteSource, readAll, sourceOfBytes, sourceOfStream, streamOfSource } from "./byte-source.ts";

/**
 * The content of a request or response: bytes that are there, a source that will bring them, or a stream. The first
 * two become a stream only when somebody asks for `body`: most bodies are read whole, and need no stream at all.
 */
export class BodyContent {
  readonly #bytes: Bytes | undefined;
  readonly #source: ByteSource | undefined;
  #stream: ByteStream | undefined;
  #used = false;

  private constructor(bytes?: Bytes, source?: ByteSource, stream?: ByteStream) {
    this.#bytes = bytes;
    this.#source = source;
    this.#stream = stream;
  }

  static ofBytes(bytes: Bytes): BodyContent {
    return new BodyContent(bytes);
  }

  static ofSource(source: ByteSource): BodyContent {
    return new BodyContent(undefined, source);
  }

  static ofStream(stream: ByteStream): BodyContent {
    return new BodyContent(undefined, undefined, stream);
  }

  /** Something of it was read, or was refused. */
  get used(): boolean {
    return this.#used || (this.#stream !== undefined && loadStreams().isDisturbed(this.#stream));
  }

  get #unusable(): boolean {
    return this.used || this.#stream?.locked === true;
  }

  get stream(): ByteStream {
    this.#stream ??= this.#used ? lockedStream() : streamOfSource(this.#source ?? sourceOfBytes(this.#bytes as Bytes));
    return this.#stream;
  }

  /** Hands over what there is, once: all bytes when they are here already, else a source of them. */
  open(): Bytes | ByteSource {
    if (this.#unusable) throw new IntrinsicTypeError("Body is unusable: it was read before, or its stream is locked");
    this.#used = true;
    if (this.#stream !== undefined) return sourceOfStream(this.#stream);
    return this.#bytes ?? (this.#source as ByteSource);
  }

  /** All bytes, once. @throws TypeError when the body was read before */
  async consume(): Promise<Bytes> {
    const opened = this.open();
    return isBytes(opened) ? opened : readAll(opened);
  }

  /** Moves the content into a new body; this one is used from then on. */
  takeOver(): BodyContent {
    if (this.#unusable) throw new IntrinsicTypeError("A body that was read cannot be used again");
    const opened = this.open();
    return isBytes(opened) ? BodyContent.ofBytes(opened) : BodyContent.ofSource(opened);
  }

  /** A second body with the same content. */
  clone(): BodyContent {
    if (this.#unusable) throw new IntrinsicTypeError("A body that was read cannot be cloned");
    if (this.#bytes !== undefined) return BodyContent.ofBytes(this.#bytes);
    const [mine, other] = this.stream.tee();
    this.#stream = mine;
    return BodyContent.ofStream(other);
  }
}

export function isBytes(opened: Bytes | ByteSource): opened is Bytes {
  return isArrayBufferView(opened);
}

/** What a body that was read whole shows for its stream. */
function lockedStream(): ByteStream {
  const stream = new (loadStreams().ReadableStream)({ type: "bytes" });
  void stream.getReader().cancel();
  return stream;
}
