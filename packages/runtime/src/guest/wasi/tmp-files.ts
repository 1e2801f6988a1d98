import { Directory, File, OpenFile, PreopenDirectory, wasi } from "@bjorn3/browser_wasi_shim";

type Written = { ret: number; nwritten: number };

/** What the files of one invocation may hold together. */
class TmpQuota {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  /** What a file holds is counted while it has a name, whatever there is left. */
  charge(bytes: number): void {
    this.#left -= bytes;
  }
}

/** A file whose room grows by doubling and is bounded, unlike the package's own. */
class TmpFile extends File {
  readonly #quota: TmpQuota;
  #room = new Uint8Array(0);
  #names = 0;

  constructor(quota: TmpQuota) {
    super([]);
    this.#quota = quota;
  }

  /** @returns false when there is no room */
  resize(size: number): boolean {
    if (size > this.#room.length) {
      const room = Math.max(size, this.#room.length * 2, 256);
      if (!this.#quota.take(room - this.#room.length)) return false;
      const larger = new Uint8Array(room);
      larger.set(this.data);
      this.#room = larger;
    } else if (size < this.data.length) this.#room.fill(0, size, this.data.length);
    this.data = this.#room.subarray(0, size);
    return true;
  }

  /** Its room counts once, however many names it has; renaming takes the old name away before it gives the new one. */
  named(): void {
    if (this.#names++ === 0) this.#quota.charge(this.#room.length);
  }

  /** When nobody can name it any more, its room is given back; who has it open keeps what it holds. */
  unnamed(): void {
    if (--this.#names === 0) this.#quota.charge(-this.#room.length);
  }

  override path_open(oflags: number, fsRightsBase: bigint, fdFlags: number): { ret: number; fd_obj: OpenTmpFile } {
    void fsRightsBase;
    if ((oflags & wasi.OFLAGS_TRUNC) !== 0) this.resize(0);
    return { ret: wasi.ERRNO_SUCCESS, fd_obj: new OpenTmpFile(this, (fdFlags & wasi.FDFLAGS_APPEND) !== 0) };
  }
}

class OpenTmpFile extends OpenFile {
  readonly #tmp: TmpFile;
  readonly #appends: boolean;

  constructor(file: TmpFile, appends: boolean) {
    super(file);
    this.#tmp = file;
    this.#appends = appends;
  }

  override fd_allocate(offset: bigint, length: bigint): number {
    const size = Number(offset + length);
    return size <= this.#tmp.data.length || this.#tmp.resize(size) ? wasi.ERRNO_SUCCESS : wasi.ERRNO_NOSPC;
  }

  override fd_filestat_set_size(size: bigint): number {
    return this.#tmp.resize(Number(size)) ? wasi.ERRNO_SUCCESS : wasi.ERRNO_NOSPC;
  }

  override fd_write(data: Uint8Array): Written {
    if (this.#appends) this.file_pos = BigInt(this.#tmp.data.length);
    const written = this.fd_pwrite(data, this.file_pos);
    this.file_pos += BigInt(written.nwritten);
    return written;
  }

  override fd_pwrite(data: Uint8Array, offset: bigint): Written {
    const at = Number(offset);
    const end = at + data.length;
    if (end > this.#tmp.data.length && !this.#tmp.resize(end)) return { ret: wasi.ERRNO_NOSPC, nwritten: 0 };
    this.#tmp.data.set(data, at);
    return { ret: wasi.ERRNO_SUCCESS, nwritten: data.length };
  }
}

/** Tells files of the names that they get and lose. */
class TmpContents extends Map<string, TmpFile | TmpDirectory> {
  override set(name: string, entry: TmpFile | TmpDirectory): this {
    const replaced = this.get(name);
    if (entry instanceof TmpFile) entry.named();
    if (replaced instanceof TmpFile) replaced.unnamed();
    return super.set(name, entry);
  }

  override delete(name: string): boolean {
    const entry = this.get(name);
    if (entry instanceof TmpFile) entry.unnamed();
    return super.delete(name);
  }
}

class TmpDirectory extends Directory {
  readonly #quota: TmpQuota;

  constructor(quota: TmpQuota) {
    super(new TmpContents());
    this.#quota = quota;
  }

  override create_entry_for_path(path: string, isDirectory: boolean): ReturnType<Directory["create_entry_for_path"]> {
    const made = super.create_entry_for_path(path, isDirectory);
    if (made.entry === null) return made;
    const entry = isDirectory ? new TmpDirectory(this.#quota) : new TmpFile(this.#quota);
    const parent = parentOf(this, path);
    parent.contents.set(nameOf(path), entry);
    if (entry instanceof TmpDirectory) Object.assign(entry, { parent });
    return { ret: made.ret, entry };
  }
}

/** `create_entry_for_path` has just succeeded, so all on the way are directories. */
function parentOf(root: Directory, path: string): Directory {
  let directory = root;
  for (const part of partsOf(path).slice(0, -1)) {
    const next = directory.contents.get(part);
    if (next instanceof Directory) directory = next;
  }
  return directory;
}

function partsOf(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts;
}

function nameOf(path: string): string {
  return partsOf(path).at(-1) ?? "";
}

/** An empty `/tmp` of so many bytes. */
export function createTmp(bytes: number): PreopenDirectory {
  const tmp = new PreopenDirectory("/tmp", new Map());
  tmp.dir = new TmpDirectory(new TmpQuota(bytes));
  return tmp;
}
