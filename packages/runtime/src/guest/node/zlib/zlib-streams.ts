import { loadStream } from "../../lazy.ts";
import { checkFunction } from "../node-error.ts";
import { bytesOf, Codec, type Format, type ZlibOptions } from "./codec.ts";
import { zlibConstants as C } from "./zlib-constants.ts";

type Done = (error?: unknown, data?: unknown) => void;

const EMPTY = new Uint8Array(0);
const { Transform } = loadStream().stream;

/** What all of zlib's streams are. */
export class ZlibBase extends Transform {
  readonly #codec: Codec;
  readonly #finish: number;
  readonly #flush: number;

  constructor(format: Format, options: ZlibOptions = {}) {
    super({ ...options, decodeStrings: true });
    this.#codec = new Codec(format, options);
    this.#finish = options.finishFlush ?? C.Z_FINISH;
    this.#flush = options.flush ?? C.Z_NO_FLUSH;
  }

  get bytesWritten(): number {
    return this.#codec.consumed;
  }

  _transform(chunk: unknown, _encoding: unknown, done: Done): void {
    this.#run(bytesOf(chunk), this.#flush, done);
  }

  _flush(done: Done): void {
    this.#run(EMPTY, this.#finish, done);
  }

  /** Writes out what is held back so far. */
  flush(kind: unknown, callback?: unknown): void {
    const done = typeof kind === "function" ? kind : callback;
    const mode = typeof kind === "number" ? kind : C.Z_FULL_FLUSH;
    this.write(EMPTY, undefined, () => {
      this.#run(EMPTY, mode, (error) => {
        if (error !== undefined) this.destroy(error);
        else if (typeof done === "function") (done as Done)();
      });
    });
  }

  reset(): void {
    this.#codec.reset();
  }

  close(callback?: unknown): void {
    if (typeof callback === "function") this.once("close", callback as () => void);
    this.destroy();
  }

  params(_level: number, _strategy: number, callback: unknown): void {
    checkFunction(callback, "callback");
    this.flush(C.Z_SYNC_FLUSH, callback);
  }

  #run(input: Uint8Array, mode: number, done: Done): void {
    try {
      this.#codec.process(input, mode, (output) => void this.push(Buffer.from(output.buffer, 0, output.length)));
    } catch (error) {
      done(error);
      return;
    }
    done();
  }
}

function streamClass(format: Format) {
  const named = {
    [format]: class extends ZlibBase {
      constructor(options?: ZlibOptions) {
        super(format, options);
      }
    },
  };
  return named[format] as new (
    options?: ZlibOptions,
  ) => ZlibBase;
}

export const FORMATS = ["Deflate", "DeflateRaw", "Gzip", "Inflate", "InflateRaw", "Gunzip", "Unzip"] as const;

export const streamClasses = Object.fromEntries(FORMATS.map((format) => [format, streamClass(format)])) as Record<
  Format,
  ReturnType<typeof streamClass>
>;
