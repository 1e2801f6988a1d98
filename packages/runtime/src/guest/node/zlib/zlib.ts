import { checkFunction, nodeError } from "../node-error.ts";
import { unavailableAll } from "../unavailable.ts";
import { promisify } from "../util-module/promisify.ts";
import { bytesOf, Codec, type Format, type ZlibOptions } from "./codec.ts";
import { zlibConstants } from "./zlib-constants.ts";
import { FORMATS, streamClasses } from "./zlib-streams.ts";

function runSync(format: Format, data: unknown, options: ZlibOptions = {}): unknown {
  const codec = new Codec(format, options);
  const parts: Uint8Array[] = [];
  const { maxOutputLength = Infinity } = options;
  let length = 0;
  codec.process(bytesOf(data), options.finishFlush ?? zlibConstants.Z_FINISH, (part) => {
    length += part.length;
    if (length > maxOutputLength) {
      const message = `Cannot create a Buffer larger than ${maxOutputLength} bytes`;
      throw nodeError(RangeError, "ERR_BUFFER_TOO_LARGE", message);
    }
    parts.push(part);
  });
  const buffer = Buffer.concat(parts);
  return options.info === true ? { buffer, engine: codec } : buffer;
}

/** The form with a callback, which never calls back at once. */
function callbackForm(format: Format) {
  return (data: unknown, options: unknown, callback?: unknown): void => {
    const done = typeof options === "function" ? options : callback;
    checkFunction(done, "callback");
    const bytes = bytesOf(data);
    setImmediate(() => {
      let result: unknown;
      try {
        result = runSync(format, bytes, typeof options === "function" ? {} : (options ?? {}));
      } catch (error) {
        done(error);
        return;
      }
      done(null, result);
    });
  };
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(data: unknown, start = 0): number {
  let crc = ~start;
  for (const byte of bytesOf(data, "data")) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}

const forms: Record<string, unknown> = {};
for (const format of FORMATS) {
  const name = format[0]?.toLowerCase() + format.slice(1);
  const convenient = callbackForm(format);
  forms[name] = Object.defineProperty(convenient, promisify.custom, {
    value: (data: unknown, options?: ZlibOptions) =>
      new Promise((resolve, reject) => {
        convenient(data, options ?? {}, (error: unknown, value: unknown) => {
          if (error == null) resolve(value);
          // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- it is an Error of the codec's
          else reject(error);
        });
      }),
  });
  forms[`${name}Sync`] = (data: unknown, options?: ZlibOptions) => runSync(format, data, options);
  forms[`create${format}`] = (options?: ZlibOptions) => new streamClasses[format](options);
}

const BROTLI = (
  "brotliCompress brotliCompressSync createBrotliCompress BrotliCompress " +
  "brotliDecompress brotliDecompressSync createBrotliDecompress BrotliDecompress"
).split(" ");
const ZSTD = BROTLI.map((name) => name.replace("brotli", "zstd").replace("Brotli", "Zstd"));
const ADVICE = "use gzip or deflate, or a WebAssembly package; what fetch receives is decompressed already";

/** `node:zlib`, with gzip and deflate in every form. */
export const zlib: Record<string, unknown> = {
  ...forms,
  ...streamClasses,
  ...unavailableAll("zlib", [...BROTLI, ...ZSTD], ADVICE),
  crc32,
  constants: zlibConstants,
  codes: Object.fromEntries(
    Object.entries(zlibConstants).filter(([name]) => /^Z_(?:OK|STREAM_END|NEED_DICT|ERRNO|\w+_ERROR)$/.test(name)),
  ),
  ...Object.fromEntries(Object.entries(zlibConstants).filter(([name]) => name.startsWith("Z_"))),
};
