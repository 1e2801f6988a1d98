import { brand } from "../primordials.ts";

interface StreamReader {
  read(): Promise<{ readonly done: boolean; readonly value?: unknown }>;
  cancel(reason?: unknown): Promise<void>;
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

interface TransformController {
  enqueue(chunk: unknown): void;
  error(reason: unknown): void;
  terminate(): void;
}

interface Transformer {
  transform(chunk: unknown, controller: TransformController): void | Promise<void>;
  flush(controller: TransformController): void | Promise<void>;
}

interface StreamWriter {
  readonly ready: Promise<void>;
  readonly closed: Promise<void>;
  write(chunk: unknown): Promise<void>;
  close(): Promise<void>;
  abort(reason: unknown): Promise<void>;
}

interface Writable {
  getWriter(): StreamWriter;
}

interface Sink {
  start(controller: { error(reason: unknown): void }): void;
  write(chunk: unknown): Promise<void>;
  close(): Promise<void>;
  abort(reason: unknown): Promise<void>;
}

export interface TransformPair {
  readonly readable: ByteStream;
  readonly writable: Writable;
}

interface StreamClasses {
  readonly ReadableStream: {
    new (source?: {
      pull?(controller: ByteStreamController): void | Promise<void>;
      cancel?(reason: unknown): unknown;
      type?: "bytes";
    }): ByteStream;
    from(source: unknown): ByteStream;
  };
  readonly TransformStream: new (transformer?: Transformer) => TransformPair;
  readonly ByteLengthQueuingStrategy: unknown;
  readonly CountQueuingStrategy: unknown;
  readonly ReadableByteStreamController: unknown;
  readonly ReadableStreamBYOBReader: unknown;
  readonly ReadableStreamBYOBRequest: unknown;
  readonly ReadableStreamDefaultController: unknown;
  readonly ReadableStreamDefaultReader: unknown;
  readonly TransformStreamDefaultController: unknown;
  readonly WritableStream: new (sink: Sink) => Writable;
  readonly WritableStreamDefaultController: unknown;
  readonly WritableStreamDefaultWriter: unknown;
}

/** The streams of the WHATWG standard, from a package that passes its tests; a bare isolate has none. */
const classes = require("web-streams-polyfill") as StreamClasses;
for (const [name, streamClass] of Object.entries(classes)) brand(streamClass, name);

export const {
  ByteLengthQueuingStrategy,
  CountQueuingStrategy,
  ReadableByteStreamController,
  ReadableStream,
  ReadableStreamBYOBReader,
  ReadableStreamBYOBRequest,
  ReadableStreamDefaultController,
  ReadableStreamDefaultReader,
  TransformStream,
  TransformStreamDefaultController,
  WritableStream,
  WritableStreamDefaultController,
  WritableStreamDefaultWriter,
} = classes;

/** The standard's "disturbed": it was read from or cancelled. No public property tells. */
export function isDisturbed(stream: ByteStream): boolean {
  return (stream as { readonly _disturbed?: boolean })._disturbed === true;
}
