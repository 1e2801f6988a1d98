import { fsConstants } from "./fs-constants.ts";
import { fsError } from "./fs-error.ts";

let lastIno = 1;

/** What files and folders have in common. */
abstract class Inode {
  readonly ino = ++lastIno;
  mode: number;
  atimeMs = Date.now();
  mtimeMs = this.atimeMs;
  ctimeMs = this.atimeMs;
  readonly birthtimeMs = this.atimeMs;

  constructor(mode: number) {
    this.mode = mode;
  }

  touch(): void {
    this.mtimeMs = Date.now();
    this.ctimeMs = this.mtimeMs;
  }
}

export class FileNode extends Inode {
  readonly kind = "file";
  /** No folder has it any more: what descriptors still write to it counts as memory, not as a file. */
  unlinked = false;
  #bytes = new Uint8Array(0);
  #size = 0;

  constructor(mode: number) {
    super(fsConstants.S_IFREG | (mode & 0o777));
  }

  get size(): number {
    return this.#size;
  }

  /** The content itself, no copy. */
  get content(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  resize(size: number): void {
    if (size > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(size, Math.ceil(this.#bytes.length * 1.5)));
      grown.set(this.content);
      this.#bytes = grown;
    } else if (size === 0) this.#bytes = new Uint8Array(0);
    else this.#bytes.fill(0, Math.min(size, this.#size), this.#size);
    this.#size = size;
    this.touch();
  }

  write(bytes: Uint8Array, position: number): void {
    if (position + bytes.length > this.#size) this.resize(position + bytes.length);
    this.#bytes.set(bytes, position);
    this.touch();
  }
}

/** A file that came with the function; nobody changes it, and its content is made when somebody reads it. */
export class PackagedNode extends FileNode {
  readonly #size: number;
  readonly #source: (() => string) | null;
  #bytes: Uint8Array | undefined;

  constructor(size: number, source: (() => string) | null) {
    super(0o444);
    this.#size = size;
    this.#source = source;
  }

  override get size(): number {
    return this.#size;
  }

  override get content(): Uint8Array {
    // Of code only the name is here: it is in the bundle.
    if (this.#source === null) throw fsError("EACCES", "read");
    this.#bytes ??= Buffer.from(this.#source(), "base64");
    return this.#bytes;
  }
}

export class FolderNode extends Inode {
  readonly kind = "folder";
  readonly size = 4096;
  readonly entries = new Map<string, TreeNode>();
  /** Nothing may change in it. */
  readonly readOnly: boolean;

  constructor(mode: number, readOnly = false) {
    super(fsConstants.S_IFDIR | (mode & 0o777));
    this.readOnly = readOnly;
  }
}

export type TreeNode = FileNode | FolderNode;
