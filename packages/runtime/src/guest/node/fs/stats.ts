import { fsConstants as C } from "./fs-constants.ts";
import type { TreeNode } from "./nodes.ts";

const BLOCK = 4096;

/** There is nothing but files and folders. */
class Entry {
  isSymbolicLink(): boolean {
    return false;
  }

  isFIFO(): boolean {
    return false;
  }

  isSocket(): boolean {
    return false;
  }

  isBlockDevice(): boolean {
    return false;
  }

  isCharacterDevice(): boolean {
    return false;
  }
}

/** What `stat` answers. */
export class Stats extends Entry {
  readonly dev = 1;
  readonly nlink = 1;
  readonly uid = 993;
  readonly gid = 990;
  readonly rdev = 0;
  readonly blksize = BLOCK;
  readonly mode: number;
  readonly ino: number;
  readonly size: number;
  readonly blocks: number;
  readonly atimeMs: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly birthtimeMs: number;
  readonly atime: Date;
  readonly mtime: Date;
  readonly ctime: Date;
  readonly birthtime: Date;

  constructor(node: TreeNode) {
    super();
    this.mode = node.mode;
    this.ino = node.ino;
    this.size = node.size;
    this.blocks = Math.ceil(node.size / BLOCK) * 8;
    this.atimeMs = node.atimeMs;
    this.mtimeMs = node.mtimeMs;
    this.ctimeMs = node.ctimeMs;
    this.birthtimeMs = node.birthtimeMs;
    this.atime = new Date(node.atimeMs);
    this.mtime = new Date(node.mtimeMs);
    this.ctime = new Date(node.ctimeMs);
    this.birthtime = new Date(node.birthtimeMs);
  }

  isFile(): boolean {
    return (this.mode & C.S_IFMT) === C.S_IFREG;
  }

  isDirectory(): boolean {
    return (this.mode & C.S_IFMT) === C.S_IFDIR;
  }
}

/** One entry of a folder, as `readdir` answers it with `withFileTypes`. */
export class Dirent extends Entry {
  readonly name: string;
  readonly parentPath: string;
  readonly #folder: boolean;

  constructor(name: string, parentPath: string, node: TreeNode) {
    super();
    this.name = name;
    this.parentPath = parentPath;
    this.#folder = node.kind === "folder";
  }

  get path(): string {
    return this.parentPath;
  }

  isFile(): boolean {
    return !this.#folder;
  }

  isDirectory(): boolean {
    return this.#folder;
  }
}
