import { promisify } from "node:util";
import { crc32, createInflateRaw, inflateRaw, inflateRawSync } from "node:zlib";
import { UnzipError, unzipFault } from "./upload-fault.ts";

const inflateAll = promisify(inflateRaw);
const STORED = 0;

/** Where an entry's bytes lie, and what the archive says of them. */
export interface PackedEntry {
  readonly name: string;
  readonly packed: Uint8Array;
  readonly method: number;
  /** As declared: what is really inflated may be neither more nor less. */
  readonly size: number;
  readonly crc: number;
}

/** Past this size an entry is checked piece by piece, so that one large entry is never in memory to be checked. */
const WHOLE_BYTES_MAX = 256 * 1024;

/** Below this, handing an entry to zlib's threads and back takes longer than inflating it. */
const AT_ONCE_BYTES_MAX = 32 * 1024;

/** Inflates, what is not small in zlib's own threads, and throws the result away. @throws UnzipError if the entry is not what it says */
export async function verifyEntry(entry: PackedEntry): Promise<void> {
  if (entry.method === STORED || entry.size <= WHOLE_BYTES_MAX) return void (await readEntry(entry));
  let count = 0;
  let crc = 0;
  const inflater = createInflateRaw();
  inflater.end(entry.packed);
  try {
    for await (const chunk of inflater as AsyncIterable<Buffer>) {
      count += chunk.length;
      if (count > entry.size) break;
      crc = crc32(chunk, crc);
    }
  } catch {
    throw damaged(entry);
  }
  check(entry, count, crc);
}

/** The bytes of an entry, at most as many as it declares. @throws UnzipError */
export async function readEntry(entry: PackedEntry): Promise<Uint8Array> {
  if (entry.method === STORED) {
    check(entry, entry.packed.length, crc32(entry.packed));
    return entry.packed;
  }
  let bytes: Buffer;
  try {
    const options = { maxOutputLength: Math.max(1, entry.size) };
    const small = entry.size <= AT_ONCE_BYTES_MAX && entry.packed.length <= AT_ONCE_BYTES_MAX;
    bytes = small ? inflateRawSync(entry.packed, options) : await inflateAll(entry.packed, options);
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") throw lying(entry);
    throw damaged(entry);
  }
  check(entry, bytes.length, crc32(bytes));
  return bytes;
}

function check(entry: PackedEntry, count: number, crc: number): void {
  if (count !== entry.size) throw lying(entry);
  if (crc !== entry.crc) throw damaged(entry);
}

function lying({ name, size }: PackedEntry): UnzipError {
  return new UnzipError(unzipFault(`The entry '${name}' says that it is ${size} bytes and is not.`));
}

function damaged({ name }: PackedEntry): UnzipError {
  return new UnzipError(unzipFault(`The entry '${name}' is damaged: its compressed data or its checksum is wrong.`));
}
