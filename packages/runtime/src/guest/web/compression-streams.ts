import { loadStreams } from "../lazy.ts";
import { brand, IntrinsicTypeError, toText } from "../primordials.ts";
import { requireBytes } from "./bytes.ts";
import type { ByteStream } from "./streams.ts";
import { type CompressionFormat, ZlibCodec } from "./zlib-codec.ts";

interface CodecPair {
  readonly readable: ByteStream;
  readonly writable: unknown;
}

function formatOf(format: unknown): CompressionFormat {
  const name = toText(format);
  if (name === "deflate" || name === "deflate-raw" || name === "gzip") return name;
  throw new IntrinsicTypeError(`Unsupported compression format '${name}': use gzip, deflate or deflate-raw`);
}

/** A write is done when its output was taken: the reader sets the pace, and a bomb swells no further than it reads. */
function codecPair(codec: ZlibCodec): CodecPair {
  const { TransformStream, WritableStream } = loadStreams();
  const output = new TransformStream();
  const writer = output.writable.getWriter();
  const drain = async (feed: () => void): Promise<void> => {
    try {
      feed();
      for (let piece = codec.next(); piece !== undefined; piece = codec.next()) {
        await writer.ready;
        await writer.write(piece);
      }
    } catch (error) {
      void writer.abort(error).catch(() => undefined);
      throw error;
    }
  };
  const writable = new WritableStream({
    start: (controller) => {
      writer.closed.catch((error: unknown) => controller.error(error));
    },
    write: (chunk) => drain(() => codec.give(requireBytes("A chunk", chunk))),
    close: async () => {
      await drain(() => codec.finish());
      await writer.close();
    },
    abort: (reason) => writer.abort(reason),
  });
  return { readable: output.readable, writable };
}

export class CompressionStream {
  readonly #pair: CodecPair;

  constructor(format: unknown) {
    this.#pair = codecPair(new ZlibCodec(formatOf(format), "compress"));
  }

  get readable(): ByteStream {
    return this.#pair.readable;
  }

  get writable(): unknown {
    return this.#pair.writable;
  }
}

export class DecompressionStream {
  readonly #pair: CodecPair;

  constructor(format: unknown) {
    this.#pair = codecPair(new ZlibCodec(formatOf(format), "decompress"));
  }

  get readable(): ByteStream {
    return this.#pair.readable;
  }

  get writable(): unknown {
    return this.#pair.writable;
  }
}

brand(CompressionStream, "CompressionStream");
brand(DecompressionStream, "DecompressionStream");
