import { invalidArgType, invalidArgValue } from "../node-error.ts";
import { fsConstants as C } from "./fs-constants.ts";
import { fsError } from "./fs-error.ts";
import { FileNode, PackagedNode, type TreeNode } from "./nodes.ts";
import { tree } from "./tree.ts";

const OPEN_MAX = 1_024;
const FIRST_FD = 3;

export interface OpenFile {
  readonly node: TreeNode;
  readonly path: string;
  readonly flags: number;
  position: number;
}

const R = C.O_RDONLY;
const W = C.O_WRONLY | C.O_CREAT;
const RW = C.O_RDWR;
const FLAGS: Readonly<Record<string, number>> = {
  r: R,
  rs: R | C.O_SYNC,
  "r+": RW,
  "rs+": RW | C.O_SYNC,
  w: W | C.O_TRUNC,
  wx: W | C.O_TRUNC | C.O_EXCL,
  "w+": RW | C.O_CREAT | C.O_TRUNC,
  "wx+": RW | C.O_CREAT | C.O_TRUNC | C.O_EXCL,
  a: W | C.O_APPEND,
  ax: W | C.O_APPEND | C.O_EXCL,
  as: W | C.O_APPEND | C.O_SYNC,
  "a+": RW | C.O_CREAT | C.O_APPEND,
  "ax+": RW | C.O_CREAT | C.O_APPEND | C.O_EXCL,
  "as+": RW | C.O_CREAT | C.O_APPEND | C.O_SYNC,
};

function toFlags(flags: unknown): number {
  if (flags === undefined || flags === null) return C.O_RDONLY;
  if (typeof flags === "number") return flags;
  const known = typeof flags === "string" ? FLAGS[flags] : undefined;
  if (known === undefined) throw invalidArgValue("flags", flags);
  return known;
}

/** The descriptors of an isolate. */
class OpenFiles {
  readonly #files = new Map<number, OpenFile>();

  open(path: string, flagsText: unknown, mode: number): number {
    const flags = toFlags(flagsText);
    if (this.#files.size >= OPEN_MAX) throw fsError("EMFILE", "open", path);
    let fd = FIRST_FD;
    while (this.#files.has(fd)) fd++;
    const writes = (flags & (C.O_WRONLY | C.O_RDWR)) !== 0;
    const place = tree.place(path, "open");
    let { node } = place;
    if (node !== undefined && (flags & C.O_CREAT) !== 0 && (flags & C.O_EXCL) !== 0)
      throw fsError("EEXIST", "open", path);
    if (node === undefined) {
      if ((flags & C.O_CREAT) === 0) throw fsError("ENOENT", "open", path);
      node = new FileNode(mode & ~0o022);
      tree.add(place, node, "open", path);
    }
    if (node.kind === "folder" && writes) throw fsError("EISDIR", "open", path);
    if (node instanceof PackagedNode && writes) throw fsError("EROFS", "open", path);
    if (node.kind === "file" && (flags & C.O_TRUNC) !== 0 && writes) tree.resize(node, 0, "open", path);
    this.#files.set(fd, { node, path, flags, position: 0 });
    return fd;
  }

  get(fd: unknown, syscall: string): OpenFile {
    if (typeof fd !== "number") throw invalidArgType("fd", "of type number", fd);
    const file = this.#files.get(fd);
    if (file === undefined) throw fsError("EBADF", syscall);
    return file;
  }

  file(fd: unknown, syscall: string): OpenFile & { readonly node: FileNode } {
    const open = this.get(fd, syscall);
    if (open.node.kind === "folder") throw fsError("EISDIR", syscall);
    return open as OpenFile & { readonly node: FileNode };
  }

  close(fd: unknown): void {
    this.get(fd, "close");
    this.#files.delete(fd as number);
  }

  /** Reads at `position`, or where the last read ended. */
  read(fd: unknown, into: Uint8Array, position: number | undefined): number {
    const open = this.file(fd, "read");
    if ((open.flags & C.O_WRONLY) !== 0) throw fsError("EBADF", "read");
    const from = position ?? open.position;
    const part = open.node.content.subarray(from, from + into.length);
    into.set(part);
    if (position === undefined) open.position += part.length;
    open.node.atimeMs = Date.now();
    return part.length;
  }

  write(fd: unknown, bytes: Uint8Array, position: number | undefined): number {
    const open = this.file(fd, "write");
    if ((open.flags & (C.O_WRONLY | C.O_RDWR)) === 0) throw fsError("EBADF", "write");
    const appends = (open.flags & C.O_APPEND) !== 0;
    const at = appends ? open.node.size : (position ?? open.position);
    tree.write(open.node, bytes, at, "write");
    if (position === undefined || appends) open.position = at + bytes.length;
    return bytes.length;
  }
}

export const openFiles = new OpenFiles();
