import { duplexPair } from "./duplex-pair.ts";
import type { NodeReadable, NodeWritable } from "./node-streams.ts";
import { duplexFromWeb, readableFromWeb, readableToWeb, writableFromWeb, writableToWeb } from "./web-adapters.ts";

interface StreamModule {
  readonly Readable: { new (options?: object): NodeReadable };
  readonly Writable: { new (options?: object): NodeWritable };
  readonly Duplex: { new (options?: object): NodeReadable & NodeWritable };
  readonly Transform: { new (options?: object): NodeReadable & NodeWritable };
  readonly PassThrough: { new (options?: object): NodeReadable & NodeWritable };
  readonly promises: Record<string, unknown>;
  pipeline(...streams: unknown[]): unknown;
  finished(stream: unknown, ...rest: unknown[]): unknown;
}

/** `node:stream` from Node's own sources as a package; what leads to the web's streams and back is added here. */
export const stream = require("readable-stream/lib/stream.js") as StreamModule;

const { Readable, Writable, Duplex } = stream;

Object.assign(stream, { duplexPair: (options?: object) => duplexPair(Duplex, options) });

Object.assign(Readable, {
  toWeb: readableToWeb,
  fromWeb: (web: unknown, options?: object) => readableFromWeb(Readable, web, options),
});
Object.assign(Writable, {
  toWeb: writableToWeb,
  fromWeb: (web: unknown, options?: object) => writableFromWeb(Writable, web, options),
});
Object.assign(Duplex, {
  toWeb: (duplex: NodeReadable & NodeWritable) => ({
    readable: readableToWeb(duplex),
    writable: writableToWeb(duplex),
  }),
  fromWeb: (pair: { readable: unknown; writable: unknown }, options?: object) => duplexFromWeb(Duplex, pair, options),
});
