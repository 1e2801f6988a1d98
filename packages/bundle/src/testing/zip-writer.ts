import { crc32, deflateRawSync } from "node:zlib";

/** One entry; what is left out is as an honest writer would have it. */
export interface ZipEntry {
  readonly name: string | Uint8Array;
  readonly content?: string | Uint8Array;
  /** Unix mode with the file's kind. Default: a regular file, 0644. */
  readonly mode?: number;
  readonly method?: 0 | 8 | 12;
  readonly encrypted?: boolean;
  /** What both headers declare instead of the truth. */
  readonly size?: number;
  readonly crc?: number;
  readonly localName?: string;
  /** Where the directory says that the entry lies; nothing is written for it. */
  readonly at?: number;
  /** Compressed data as it is. */
  readonly packed?: Uint8Array;
}

/** A zip of these files, `name: content`. */
export function zipOf(files: Readonly<Record<string, string | Uint8Array>>): Buffer {
  return writeZip(Object.entries(files).map(([name, content]) => ({ name, content })));
}

export function writeZip(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const content = Buffer.from(entry.content ?? "");
    const method = entry.method ?? 8;
    const packed = Buffer.from(entry.packed ?? (method === 8 ? deflateRawSync(content) : content));
    const fields = { method, flags: 0x800 | (entry.encrypted === true ? 1 : 0), packed: packed.length };
    const facts = { ...fields, crc: entry.crc ?? crc32(content), size: entry.size ?? content.length };
    const localName = Buffer.from(entry.localName ?? name);
    const at = entry.at ?? offset;
    if (entry.at === undefined) {
      const local = Buffer.concat([localHeader(facts, localName), packed]);
      locals.push(local);
      offset += local.length;
    }
    central.push(centralHeader(facts, name, entry.mode ?? 0o100_644, at));
  }
  const directory = Buffer.concat(central);
  return Buffer.concat([...locals, directory, endRecord(entries.length, directory.length, offset)]);
}

interface Facts {
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
}

function localHeader({ method, flags, crc, packed, size }: Facts, name: Buffer): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt16LE(method, 8);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(packed, 18);
  header.writeUInt32LE(size, 22);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name]);
}

function centralHeader({ method, flags, crc, packed, size }: Facts, name: Buffer, mode: number, at: number): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE((3 << 8) | 20, 4);
  header.writeUInt16LE(20, 6);
  header.writeUInt16LE(flags, 8);
  header.writeUInt16LE(method, 10);
  header.writeUInt32LE(crc, 16);
  header.writeUInt32LE(packed, 20);
  header.writeUInt32LE(size, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt32LE((mode << 16) >>> 0, 38);
  header.writeUInt32LE(at, 42);
  return Buffer.concat([header, name]);
}

function endRecord(count: number, size: number, at: number): Buffer {
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(size, 12);
  record.writeUInt32LE(at, 16);
  return record;
}
