import { loadNodeEvents } from "../../lazy.ts";
import { objectDefineProperty } from "../../primordials.ts";
import { requireModule } from "../../node/modules.ts";

type Method = (...args: readonly unknown[]) => unknown;
type Stream = Record<string, unknown>;
type Done = (error: unknown, data?: unknown) => void;
type TransformClass = new (options: { transform: Method; flush: Method }) => Stream;
interface Emitter {
  emit(event: string, ...args: readonly unknown[]): boolean;
}

const METHODS =
  "write end pipe unpipe read pause resume isPaused setEncoding setDefaultEncoding destroy cork uncork push unshift on " +
  "once off emit addListener removeListener removeAllListeners prependListener prependOnceListener listeners " +
  "rawListeners listenerCount eventNames setMaxListeners getMaxListeners";
const PROPERTIES =
  "readable writable destroyed closed errored readableEnded readableFlowing readableLength readableObjectMode " +
  "readableHighWaterMark writableEnded writableFinished writableLength writableNeedDrain writableObjectMode " +
  "writableHighWaterMark writableCorked _readableState _writableState _events _eventsCount";

const streams = new WeakMap<StreamFace, Stream>();

/**
 * Hashes, ciphers and signatures are streams too, which nearly nobody uses and which costs more to make than a hash of
 * a short text. So the stream is made when one of its members is first touched, and the object passes everything on.
 */
export abstract class StreamFace {
  abstract _transform(chunk: unknown, encoding: string | undefined, done: Done): void;
  abstract _flush(done: Done): void;
}

function streamOf(face: StreamFace): Stream {
  const known = streams.get(face);
  if (known !== undefined) return known;
  const Transform = transformClass();
  const stream = new Transform({
    transform: (chunk, encoding, done) => face._transform(chunk, encoding as string, done as Done),
    flush: (done) => face._flush(done as Done),
  });
  streams.set(face, stream);
  return stream;
}

for (const name of METHODS.split(" ")) {
  objectDefineProperty(StreamFace.prototype, name, {
    configurable: true,
    writable: true,
    value: function (this: StreamFace, ...args: readonly unknown[]): unknown {
      const stream = streamOf(this);
      const result = (stream[name] as Method | undefined)?.apply(stream, args as unknown[]);
      return result === stream ? this : result;
    },
  });
}
for (const name of PROPERTIES.split(" ")) {
  objectDefineProperty(StreamFace.prototype, name, {
    configurable: true,
    get: function (this: StreamFace): unknown {
      return streamOf(this)[name];
    },
  });
}

/** `node:stream` where the runtime has it; else as much of it as something can be piped into. */
function transformClass(): TransformClass {
  try {
    return (requireModule("stream") as { Transform: TransformClass }).Transform;
  } catch {
    return smallTransform(loadNodeEvents().events as unknown as new () => object);
  }
}

function smallTransform(EventEmitter: new () => object): TransformClass {
  return class extends EventEmitter {
    writable = true;
    readonly #work: { transform: Method; flush: Method };
    #output: unknown = null;

    constructor(work: { transform: Method; flush: Method }) {
      super();
      this.#work = work;
    }

    write(chunk: unknown, encoding?: unknown): boolean {
      this.#work.transform(chunk, encoding, this.#push);
      return true;
    }

    end(chunk?: unknown, encoding?: unknown): void {
      if (chunk !== undefined && chunk !== null && typeof chunk !== "function") this.write(chunk, encoding);
      this.writable = false;
      this.#work.flush(this.#push);
      for (const event of ["finish", "readable", "end"]) this.#emit(event);
    }

    read(): unknown {
      const output = this.#output;
      this.#output = null;
      return output;
    }

    readonly #push = (error: unknown, data?: unknown): void => {
      if (error !== null && error !== undefined) this.#emit("error", error);
      else if (data !== undefined && data !== null) {
        this.#output = data;
        this.#emit("data", data);
      }
    };

    #emit(event: string, ...args: readonly unknown[]): void {
      (this as unknown as Emitter).emit(event, ...args);
    }
  } as unknown as TransformClass;
}
