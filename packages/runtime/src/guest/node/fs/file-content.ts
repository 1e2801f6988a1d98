import { fsConstants as C } from "./fs-constants.ts";
import { openFiles } from "./open-files.ts";
import { encoded, readOptions, toBytes, toPath } from "./paths.ts";
import { fsError } from "./fs-error.ts";
import { tree } from "./tree.ts";

interface FileOptions {
  readonly flag?: string | number;
  readonly mode?: number;
}

const modeOf = (mode: unknown, fallback: number): number =>
  typeof mode === "string" ? Number.parseInt(mode, 8) : typeof mode === "number" ? mode : fallback;

/** Uses a path through a descriptor of its own; a descriptor is used as it is. */
function withFile<T>(target: unknown, flags: unknown, mode: unknown, use: (fd: unknown) => T): T {
  if (typeof target === "number") return use(target);
  const fd = openSync(target, flags, mode);
  try {
    return use(fd);
  } finally {
    openFiles.close(fd);
  }
}

function openSync(path: unknown, flags?: unknown, mode?: unknown): number {
  return openFiles.open(toPath(path), flags, modeOf(mode, 0o666));
}

function readFileSync(target: unknown, options?: unknown): Buffer | string {
  const { encoding, flag } = readOptions<FileOptions>(options);
  return withFile(target, flag, undefined, (fd) => {
    const open = openFiles.file(fd, "read");
    if ((open.flags & C.O_WRONLY) !== 0) throw fsError("EBADF", "read");
    const rest = open.node.content.subarray(open.position);
    open.position += rest.length;
    return encoded(rest, encoding);
  });
}

function writeAll(target: unknown, data: unknown, options: unknown, flag: string): void {
  const { encoding, flag: given, mode } = readOptions<FileOptions>(options);
  const bytes = toBytes(data, encoding);
  withFile(target, given ?? flag, mode, (fd) => openFiles.write(fd, bytes, undefined));
}

type Numeric = number | bigint | null | undefined;
const positionOf = (position: Numeric): number | undefined =>
  position === null || position === undefined || Number(position) < 0 ? undefined : Number(position);

interface ReadOptions {
  readonly buffer?: Uint8Array;
  readonly offset?: number;
  readonly length?: number;
  readonly position?: Numeric;
}

function viewOf(buffer: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function readSync(
  fd: unknown,
  buffer: ArrayBufferView,
  offset?: number | ReadOptions | null,
  length?: number,
  position?: Numeric,
): number {
  if (typeof offset === "object" && offset !== null) {
    return readSync(fd, buffer, offset.offset, offset.length, offset.position);
  }
  const bytes = viewOf(buffer);
  const start = offset ?? 0;
  return openFiles.read(fd, bytes.subarray(start, start + (length ?? bytes.length - start)), positionOf(position));
}

function writeSync(fd: unknown, data: unknown, offset?: unknown, length?: unknown, position?: Numeric): number {
  if (typeof data === "string") {
    return openFiles.write(fd, toBytes(data, length as string | undefined), positionOf(offset as Numeric));
  }
  const bytes = toBytes(data);
  if (typeof offset === "object" && offset !== null) {
    const options = offset as ReadOptions;
    return writeSync(fd, bytes, options.offset, options.length, options.position);
  }
  const start = (offset as number | undefined) ?? 0;
  const end = start + ((length as number | undefined) ?? bytes.length - start);
  return openFiles.write(fd, bytes.subarray(start, end), positionOf(position));
}

/** A vector is written and read part by part. */
function each(
  buffers: readonly ArrayBufferView[],
  position: Numeric,
  move: (b: ArrayBufferView, at?: number) => number,
): number {
  let at = positionOf(position);
  let total = 0;
  for (const buffer of buffers) {
    const moved = move(buffer, at);
    total += moved;
    if (at !== undefined) at += moved;
    if (moved < buffer.byteLength) break;
  }
  return total;
}

function truncateSync(target: unknown, length = 0): void {
  withFile(target, "r+", undefined, (fd) => tree.resize(openFiles.file(fd, "ftruncate").node, length, "ftruncate"));
}

/** The functions of `node:fs` about what is in a file. */
export const fileContent = {
  openSync,
  closeSync: (fd: unknown): void => openFiles.close(fd),
  readFileSync,
  writeFileSync: (target: unknown, data: unknown, options?: unknown): void => writeAll(target, data, options, "w"),
  appendFileSync: (target: unknown, data: unknown, options?: unknown): void => writeAll(target, data, options, "a"),
  readSync,
  writeSync,
  readvSync: (fd: unknown, buffers: readonly ArrayBufferView[], position?: Numeric): number =>
    each(buffers, position, (buffer, at) => readSync(fd, buffer, 0, undefined, at)),
  writevSync: (fd: unknown, buffers: readonly ArrayBufferView[], position?: Numeric): number =>
    each(buffers, position, (buffer, at) => writeSync(fd, buffer, 0, undefined, at)),
  truncateSync,
  ftruncateSync: truncateSync,
  fsyncSync: (fd: unknown): void => void openFiles.get(fd, "fsync"),
  fdatasyncSync: (fd: unknown): void => void openFiles.get(fd, "fdatasync"),
};
