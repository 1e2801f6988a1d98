import { setImmediate } from "node:timers/promises";
import yauzl, { type Entry, type ZipFile } from "yauzl";
import { EntryNames, nameFault } from "./entry-name.ts";
import { type PackedEntry, readEntry, verifyEntry } from "./inflate.ts";
import { UnzipError, unzipFault, type UploadFault, uploadFault } from "./upload-fault.ts";

export interface ArchiveLimits {
  readonly zippedBytesMax: number;
  /** All entries together, as they really inflate. */
  readonly unzippedBytesMax: number;
  readonly entriesMax: number;
}

/** Lambda's numbers; it has none for entries. */
export const ARCHIVE_LIMITS: ArchiveLimits = {
  zippedBytesMax: 50 * 1024 * 1024,
  unzippedBytesMax: 262_144_000,
  entriesMax: 50_000,
};

/** No code and no data worth the name packs better; what does is made to be inflated. */
const RATIO_MAX = 250;
/** Below this, inflating costs so little that the ratio does not matter. */
const RATIO_FREE_BYTES = 32 * 1024 * 1024;

/** Others get a turn after this long. */
const TURN_MS = 10;

export interface ArchiveFile {
  readonly size: number;
  /** Permission bits, as on Unix. */
  readonly mode: number;
  /** Inflates again at each call: holding a whole archive inflated would be 250 MB. */
  read(): Promise<Uint8Array>;
}

export type ArchiveResult =
  | { readonly ok: true; readonly files: ReadonlyMap<string, ArchiveFile>; readonly unzippedBytes: number }
  | { readonly ok: false; readonly fault: UploadFault };

/** Reads a zip that anybody may have made. Every entry has been inflated once and checked when this answers `ok`. */
export async function readArchive(bytes: Uint8Array, limits: ArchiveLimits = ARCHIVE_LIMITS): Promise<ArchiveResult> {
  if (bytes.length > limits.zippedBytesMax) {
    return { ok: false, fault: uploadFault(`Zipped size must be smaller than ${limits.zippedBytesMax} bytes`) };
  }
  try {
    const entries = await readDirectory(bytes, limits);
    let unzippedBytes = 0;
    const files = new Map<string, ArchiveFile>();
    let turnEnds = performance.now() + TURN_MS;
    for (const { packed, mode } of entries) {
      await verifyEntry(packed);
      if (performance.now() > turnEnds) {
        await setImmediate();
        turnEnds = performance.now() + TURN_MS;
      }
      unzippedBytes += packed.size;
      files.set(packed.name, { size: packed.size, mode, read: () => readEntry(packed) });
    }
    return { ok: true, files, unzippedBytes };
  } catch (error) {
    if (error instanceof UnzipError) return { ok: false, fault: error.fault };
    throw error;
  }
}

interface Listed {
  readonly packed: PackedEntry;
  readonly mode: number;
}

/** The files of the central directory, once what it says of all of them together is allowed. */
async function readDirectory(bytes: Uint8Array, limits: ArchiveLimits): Promise<readonly Listed[]> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const zip = await opened(buffer);
  if (zip.entryCount > limits.entriesMax) {
    throw new UnzipError(unzipFault(`It has ${zip.entryCount} entries; at most ${limits.entriesMax} are taken.`));
  }
  // The directory follows the data; nothing of an entry may lie in it.
  const dataEnd = Number(zip.readEntryCursor);
  const names = new EntryNames();
  const listed: Listed[] = [];
  const ranges: Range[] = [];
  let total = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      if (listed.length % 500 === 499) await setImmediate();
      const { name, folder } = nameOf(entry, names);
      const range = await rangeOf(zip, entry, name);
      ranges.push(range);
      if (folder) continue;
      total += entry.uncompressedSize;
      if (total > limits.unzippedBytesMax) {
        throw new UnzipError(uploadFault(`Unzipped size must be smaller than ${limits.unzippedBytesMax} bytes`));
      }
      const packed = buffer.subarray(range.dataStart, range.end);
      const { compressionMethod: method, uncompressedSize: size, crc32: crc } = entry;
      listed.push({ packed: { name, packed, method, size, crc }, mode: modeOf(entry) & 0o777 });
    }
  } catch (error) {
    throw error instanceof UnzipError ? error : broken(error);
  }
  checkOverlap(ranges, dataEnd);
  if (total > RATIO_FREE_BYTES && total > RATIO_MAX * bytes.length) {
    throw new UnzipError(unzipFault(`It inflates to more than ${RATIO_MAX} times its size.`));
  }
  return listed;
}

async function opened(buffer: Buffer): Promise<ZipFile> {
  try {
    // Names are decoded here, so that each bad one can be told with its reason.
    return await yauzl.fromBufferPromise(buffer, { decodeStrings: false });
  } catch (error) {
    throw broken(error);
  }
}

function broken(error: unknown): UnzipError {
  const words = error instanceof Error ? error.message : "It is not a zip file";
  return new UnzipError(unzipFault(`${words.charAt(0).toUpperCase()}${words.slice(1).replace(/\.$/, "")}.`));
}

const LINK_ADVICE =
  "The archive has to hold the files themselves. pnpm installs links: set 'node-linker=hoisted' or bundle the " +
  "function; 'zip -r' without '-y' follows links.";

function nameOf(entry: Entry, names: EntryNames): { readonly name: string; readonly folder: boolean } {
  const raw = yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true);
  const refuse = (why: string): UnzipError =>
    new UnzipError(unzipFault(`The entry '${printable(raw)}' cannot be taken: ${why}.`));
  const fault = nameFault(raw);
  if (fault !== undefined) throw refuse(fault);
  const kind = modeOf(entry) & 0o170_000;
  if (kind === 0o120_000) throw new UnzipError(unzipFault(`'${printable(raw)}' is a symbolic link. ${LINK_ADVICE}`));
  if (kind !== 0 && kind !== 0o100_000 && kind !== 0o040_000) throw refuse("it is neither a file nor a folder");
  if (entry.isEncrypted()) throw refuse("it is encrypted");
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
    throw refuse(`its compression method ${entry.compressionMethod} is not known; use deflate`);
  }
  const folder = raw.endsWith("/");
  const name = raw.replace(/\/$/, "");
  const clash = names.add(name, folder);
  if (clash !== undefined) throw refuse(clash);
  return { name, folder };
}

function printable(name: string): string {
  return JSON.stringify(name.slice(0, 200)).slice(1, -1);
}

function modeOf(entry: Entry): number {
  return entry.externalFileAttributes >>> 16;
}

interface Range {
  readonly name: string;
  readonly start: number;
  readonly dataStart: number;
  readonly end: number;
}

async function rangeOf(zip: ZipFile, entry: Entry, name: string): Promise<Range> {
  const header = await zip.readLocalFileHeaderPromise(entry);
  // Two readers of one archive must not see two names.
  if (!header.fileName.equals(entry.fileNameRaw)) {
    throw new UnzipError(unzipFault(`The entry '${printable(name)}' has two names.`));
  }
  const { fileDataStart: dataStart } = header;
  return { name, start: entry.relativeOffsetOfLocalHeader, dataStart, end: dataStart + entry.compressedSize };
}

/** Entries that share bytes are how a small archive inflates without end. */
function checkOverlap(ranges: readonly Range[], dataEnd: number): void {
  let previous: Range | undefined;
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    if (range.end > dataEnd || (previous !== undefined && range.start < previous.end)) {
      throw new UnzipError(
        unzipFault(`The entry '${printable(range.name)}' overlaps with another part of the archive.`),
      );
    }
    previous = range;
  }
}
