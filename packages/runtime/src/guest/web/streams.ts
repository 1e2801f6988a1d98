interface StreamReader {
  read(): Promise<{ readonly done: boolean; readonly value?: unknown }>;
  releaseLock(): void;
}

export interface ByteStream {
  readonly locked: boolean;
  getReader(): StreamReader;
  tee(): [ByteStream, ByteStream];
  cancel(reason?: unknown): Promise<void>;
}

interface ByteStreamController {
  readonly byobRequest: { respond(bytes: number): void } | null;
  enqueue(chunk: Uint8Array): void;
  close(): void;
}

interface StreamClasses {
  readonly ReadableStream: new (source?: {
    pull?(controller: ByteStreamController): void;
    cancel?(): void;
    type?: "bytes";
  }) => ByteStream;
  readonly WritableStream: unknown;
  readonly TransformStream: unknown;
  readonly CountQueuingStrategy: unknown;
  readonly ByteLengthQueuingStrategy: unknown;
}

/** The streams of the WHATWG standard, from a package that passes its tests; a bare isolate has none. */
export const { ReadableStream, WritableStream, TransformStream, CountQueuingStrategy, ByteLengthQueuingStrategy } =
  require("web-streams-polyfill") as StreamClasses;
