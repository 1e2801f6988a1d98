import { invalidArgType } from "../node-error.ts";
import type { NodeReadable, NodeWritable } from "./node-streams.ts";

type Constructor<T> = new (options?: object) => T;
type Done = (error?: unknown) => void;

interface WebReader {
  read(): Promise<{ readonly done: boolean; readonly value?: unknown }>;
  cancel(reason?: unknown): Promise<void>;
}
interface WebWriter {
  write(chunk: unknown): Promise<void>;
  close(): Promise<void>;
  abort(reason?: unknown): Promise<void>;
}
interface Controller {
  readonly desiredSize: number | null;
  enqueue(chunk: unknown): void;
  close(): void;
  error(reason: unknown): void;
}
interface WebStreams {
  readonly ReadableStream: new (source: object, strategy?: object) => object;
  readonly WritableStream: new (sink: object, strategy?: object) => object;
}

/** The classes that users see as globals, whoever provides them. */
const web = (): WebStreams => globalThis;

function readerOf(stream: unknown): WebReader {
  const { getReader } = (stream ?? {}) as { getReader?: () => WebReader };
  if (typeof getReader !== "function") throw invalidArgType("readableStream", "an instance of ReadableStream", stream);
  return getReader.call(stream);
}

function writerOf(stream: unknown): WebWriter {
  const { getWriter } = (stream ?? {}) as { getWriter?: () => WebWriter };
  if (typeof getWriter !== "function") throw invalidArgType("writableStream", "an instance of WritableStream", stream);
  return getWriter.call(stream);
}

function readInto(reader: WebReader, target: NodeReadable): void {
  reader.read().then(
    ({ done, value }) => void target.push(done ? null : value),
    (error: unknown) => void target.destroy(error),
  );
}

/** Settles a callback of Node's when the promise does; an error thrown by the callback is its own. */
function report(promise: Promise<unknown>, done: Done): void {
  const later = (error?: unknown): void => globalThis.process.nextTick(done, error);
  promise.then(
    () => later(),
    (error: unknown) => later(error),
  );
}

export function readableFromWeb(
  Readable: Constructor<NodeReadable>,
  stream: unknown,
  options: object = {},
): NodeReadable {
  const reader = readerOf(stream);
  const readable: NodeReadable = new Readable({
    ...options,
    read: () => readInto(reader, readable),
    destroy: (error: unknown, done: Done) => report(cancel(reader, error), () => done(error)),
  });
  return readable;
}

async function cancel(reader: WebReader, reason: unknown): Promise<void> {
  try {
    await reader.cancel(reason);
  } catch {
    // The stream is being thrown away: that its source could not be told changes nothing.
  }
}

export function writableFromWeb(
  Writable: Constructor<NodeWritable>,
  stream: unknown,
  options: object = {},
): NodeWritable {
  return new Writable({ ...options, ...sinkOf(writerOf(stream)) });
}

function sinkOf(writer: WebWriter) {
  return {
    write: (chunk: unknown, _encoding: unknown, done: Done) => report(writer.write(chunk), done),
    final: (done: Done) => report(writer.close(), done),
    destroy: (error: unknown, done: Done) => {
      if (error == null) done();
      else report(writer.abort(error), () => done(error));
    },
  };
}

export function duplexFromWeb(
  Duplex: Constructor<NodeReadable & NodeWritable>,
  pair: { readable: unknown; writable: unknown },
  options: object = {},
): NodeReadable & NodeWritable {
  const reader = readerOf(pair.readable);
  const writer = writerOf(pair.writable);
  const sink = sinkOf(writer);
  const duplex: NodeReadable & NodeWritable = new Duplex({
    ...options,
    ...sink,
    read: () => readInto(reader, duplex),
    destroy: (error: unknown, done: Done) =>
      report(cancel(reader, error), () => sink.destroy(error, () => done(error))),
  });
  return duplex;
}

function asBytes(chunk: unknown): unknown {
  return ArrayBuffer.isView(chunk) ? new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength) : chunk;
}

function premature(): Error {
  return Object.assign(new Error("Premature close"), { code: "ERR_STREAM_PREMATURE_CLOSE" });
}

export function readableToWeb(readable: NodeReadable, options: { strategy?: object } = {}): object {
  let over = false;
  const objects = readable.readableObjectMode;
  const start = (controller: Controller): void => {
    const end = (finish: () => void): void => {
      if (over) return;
      over = true;
      finish();
    };
    readable.pause();
    readable.on("data", (chunk: unknown) => {
      if (over) return;
      controller.enqueue(objects ? chunk : asBytes(chunk));
      if ((controller.desiredSize ?? 0) <= 0) readable.pause();
    });
    readable.on("end", () => end(() => controller.close()));
    readable.on("error", (error: unknown) => end(() => controller.error(error)));
    readable.on("close", () => end(() => controller.error(premature())));
    if (readable.readableEnded) end(() => controller.close());
    else if (readable.destroyed) end(() => controller.error(premature()));
    else readable.pause();
  };
  const size = objects ? () => 1 : (chunk: { byteLength?: number; length?: number }) => chunk.byteLength ?? 1;
  const strategy = options.strategy ?? { highWaterMark: readable.readableHighWaterMark, size };
  const source = {
    start,
    pull: () => void readable.resume(),
    cancel: (reason: unknown) => {
      over = true;
      readable.destroy(reason);
    },
  };
  return new (web().ReadableStream)(source, strategy);
}

export function writableToWeb(writable: NodeWritable): object {
  let fail: ((reason: unknown) => void) | undefined;
  const sink = {
    start: (controller: Controller) => {
      fail = (reason) => controller.error(reason);
      writable.on("error", (error: unknown) => fail?.(error));
      writable.on("close", () => {
        if (!writable.writableFinished) fail?.(premature());
      });
    },
    write: (chunk: unknown) =>
      new Promise<void>((resolve, reject) => {
        const room: boolean = writable.write(chunk, undefined, (error?: unknown) => {
          if (error != null) reject(error);
          else if (room) resolve();
        });
        if (!room) writable.once("drain", () => resolve());
      }),
    close: () =>
      new Promise<void>((resolve, reject) => {
        writable.once("error", reject);
        writable.end(undefined, undefined, () => resolve());
      }),
    abort: (reason: unknown) => void writable.destroy(reason),
  };
  const highWaterMark = writable.writableHighWaterMark;
  const size = writable.writableObjectMode ? () => 1 : (chunk: { byteLength?: number }) => chunk.byteLength ?? 1;
  return new (web().WritableStream)(sink, { highWaterMark, size });
}
