import { loadPath, loadUrlModule } from "../../lazy.ts";
import { invalidArgType, invalidArgValue } from "../node-error.ts";

/** The absolute, normal form of what users give as a path: text, bytes or a file: URL. */
export function toPath(value: unknown, name = "path"): string {
  const text = asText(value, name);
  if (text.includes("\0")) {
    throw invalidArgValue(name, text, "must be a string, Uint8Array, or URL without null bytes");
  }
  return loadPath().path.resolve(text);
}

function asText(value: unknown, name: string): string {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (typeof value === "object" && value !== null && "href" in value)
    return loadUrlModule().urlModule.fileURLToPath(value);
  throw invalidArgType(name, "of type string or an instance of Buffer or URL", value);
}

interface WithEncoding {
  readonly encoding?: string | null;
}

/** Options of the kind `"utf8"` or `{ encoding: "utf8", … }`. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says which options it reads
export function readOptions<T extends object>(options: unknown): T & WithEncoding {
  if (typeof options === "string") return { encoding: options } as T & WithEncoding;
  return (options ?? {}) as T & WithEncoding;
}

/** Bytes as the user wants them. */
export function encoded(bytes: Uint8Array, encoding: string | null | undefined): Buffer | string {
  const buffer = Buffer.from(bytes);
  if (encoding == null || encoding === "buffer") return buffer;
  if (!Buffer.isEncoding(encoding)) throw invalidArgValue("encoding", encoding, "is invalid encoding");
  return buffer.toString(encoding);
}

/** What may be written to a file. */
export function toBytes(data: unknown, encoding?: string | null): Uint8Array {
  if (typeof data === "string") return Buffer.from(data, (encoding ?? "utf8") as BufferEncoding);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw invalidArgType("data", "of type string or an instance of Buffer, TypedArray, or DataView", data);
}
