import { invalidArgType, nodeError } from "../node-error.ts";
import { fsConstants as C } from "./fs-constants.ts";
import { fsError } from "./fs-error.ts";
import { FileNode, FolderNode, type TreeNode } from "./nodes.ts";
import { openFiles } from "./open-files.ts";
import { encoded, readOptions, toPath } from "./paths.ts";
import { Dirent, Stats } from "./stats.ts";
import { tree } from "./tree.ts";

interface StatOptions {
  readonly throwIfNoEntry?: boolean;
}
interface FolderOptions {
  readonly recursive?: boolean;
  readonly force?: boolean;
  readonly withFileTypes?: boolean;
  readonly errorOnExist?: boolean;
  readonly mode?: number;
}

const WRITE_BITS = 0o222;

function statWith(syscall: string) {
  return (path: unknown, options: StatOptions = {}): Stats | undefined => {
    const full = toPath(path);
    try {
      return new Stats(tree.get(full, syscall));
    } catch (error) {
      const { code } = error as { code?: string };
      if (options.throwIfNoEntry === false && (code === "ENOENT" || code === "ENOTDIR")) return undefined;
      throw error;
    }
  };
}

function accessSync(path: unknown, mode: number = C.F_OK): void {
  const full = toPath(path);
  const node = tree.get(full, "access");
  if ((mode & C.W_OK) === 0) return;
  if (node.kind === "folder" ? node.readOnly : (node.mode & WRITE_BITS) === 0) throw fsError("EACCES", "access", full);
}

function existsSync(path: unknown): boolean {
  try {
    tree.get(toPath(path), "access");
    return true;
  } catch {
    return false;
  }
}

function mkdirSync(path: unknown, options?: number | FolderOptions | null): string | undefined {
  const full = toPath(path);
  const { recursive = false, mode = 0o777 } = typeof options === "object" ? (options ?? {}) : { mode: options };
  if (recursive) return mkdirAll(full, mode);
  const place = tree.place(full, "mkdir");
  if (place.node !== undefined) throw fsError("EEXIST", "mkdir", full);
  tree.add(place, new FolderNode(mode & ~0o022), "mkdir", full);
  return undefined;
}

/** @returns the first folder that had to be made */
function mkdirAll(full: string, mode: number): string | undefined {
  let made: string | undefined;
  let path = "";
  for (const name of full.split("/").filter((part) => part !== "")) {
    path += `/${name}`;
    const place = tree.place(path, "mkdir");
    if (place.node?.kind === "file") throw fsError(path === full ? "EEXIST" : "ENOTDIR", "mkdir", full);
    if (place.node !== undefined) continue;
    tree.add(place, new FolderNode(mode & ~0o022), "mkdir", full);
    made ??= path;
  }
  return made;
}

function mkdtempSync(prefix: unknown, options?: unknown): string | Buffer {
  if (typeof prefix !== "string") throw invalidArgType("prefix", "of type string", prefix);
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  for (;;) {
    const suffix = Array.from({ length: 6 }, () => letters[Math.floor(Math.random() * letters.length)]).join("");
    if (existsSync(prefix + suffix)) continue;
    const full = toPath(prefix + suffix);
    tree.add(tree.place(full, "mkdtemp"), new FolderNode(0o700), "mkdtemp", full);
    return encoded(Buffer.from(prefix + suffix), readOptions(options).encoding ?? "utf8");
  }
}

function readdirSync(path: unknown, options?: unknown): unknown[] {
  const full = toPath(path);
  const { encoding, withFileTypes = false, recursive = false } = readOptions<FolderOptions>(options);
  const found: unknown[] = [];
  const visit = (folder: FolderNode, at: string, prefix: string): void => {
    for (const name of [...folder.entries.keys()].sort()) {
      const node = folder.entries.get(name) as TreeNode;
      if (withFileTypes) found.push(new Dirent(name, at, node));
      else found.push(encoding === "buffer" ? Buffer.from(prefix + name) : prefix + name);
      if (recursive && node.kind === "folder") visit(node, `${at}/${name}`, `${prefix}${name}/`);
    }
  };
  visit(tree.folder(full, "scandir"), full, "");
  return found;
}

function unlinkSync(path: unknown): void {
  const full = toPath(path);
  const place = tree.place(full, "unlink");
  if (place.node === undefined) throw fsError("ENOENT", "unlink", full);
  if (place.node.kind === "folder") throw fsError("EISDIR", "unlink", full);
  tree.remove(place, "unlink", full);
}

function rmdirSync(path: unknown): void {
  const full = toPath(path);
  const place = tree.place(full, "rmdir");
  if (place.node === undefined) throw fsError("ENOENT", "rmdir", full);
  if (place.node.kind === "file") throw fsError("ENOTDIR", "rmdir", full);
  if (place.node.entries.size > 0) throw fsError("ENOTEMPTY", "rmdir", full);
  tree.remove(place, "rmdir", full);
}

function rmSync(path: unknown, options: FolderOptions = {}): void {
  const full = toPath(path);
  let place: ReturnType<typeof tree.place> | undefined;
  try {
    place = tree.place(full, "lstat");
    if (place.node === undefined) throw fsError("ENOENT", "lstat", full);
  } catch (error) {
    if (options.force === true && (error as { code?: string }).code === "ENOENT") return;
    throw error;
  }
  if (place.node?.kind === "folder" && options.recursive !== true) {
    const message = `Path is a directory: rm returned EISDIR (is a directory) ${full}`;
    throw Object.assign(nodeError(Error, "ERR_FS_EISDIR", message), { path: full, syscall: "rm", errno: 21 });
  }
  tree.remove(place, "rm", full);
}

function renameSync(path: unknown, newPath: unknown): void {
  const [from, to] = [toPath(path, "oldPath"), toPath(newPath, "newPath")];
  const source = tree.place(from, "rename");
  const target = tree.place(to, "rename");
  const refuse = (code: Parameters<typeof fsError>[0]): Error => fsError(code, "rename", from, to);
  if (source.node === undefined) throw refuse("ENOENT");
  if (source.node.kind === "folder" && `${to}/`.startsWith(`${from}/`) && to !== from) throw refuse("EINVAL");
  if (target.node?.kind === "folder") {
    if (source.node.kind === "file") throw refuse("EISDIR");
    if (target.node.entries.size > 0 && target.node !== source.node) throw refuse("ENOTEMPTY");
  } else if (target.node !== undefined && source.node.kind === "folder") throw refuse("ENOTDIR");
  tree.move(source, target, "rename", from, to);
}

function copyFileSync(source: unknown, destination: unknown, mode = 0): void {
  const [from, to] = [toPath(source, "src"), toPath(destination, "dest")];
  const { node } = tree.place(from, "copyfile");
  const target = tree.place(to, "copyfile");
  if (node === undefined) throw fsError("ENOENT", "copyfile", from, to);
  if (node.kind === "folder" || target.node?.kind === "folder") throw fsError("EISDIR", "copyfile", from, to);
  if (target.node !== undefined && (mode & C.COPYFILE_EXCL) !== 0) throw fsError("EEXIST", "copyfile", from, to);
  if (target.node === node) return;
  const copy = target.node ?? new FileNode(node.mode);
  if (target.node === undefined) tree.add(target, copy, "copyfile", to);
  tree.resize(copy, 0, "copyfile", to);
  tree.write(copy, node.content, 0, "copyfile", to);
}

function cpSync(source: unknown, destination: unknown, options: FolderOptions = {}): void {
  const [from, to] = [toPath(source, "src"), toPath(destination, "dest")];
  const node = tree.get(from, "cp");
  if (node.kind === "file") {
    if (options.force === false && existsSync(to)) return;
    mkdirAll(to.slice(0, to.lastIndexOf("/")), 0o777);
    copyFileSync(from, to);
    return;
  }
  if (options.recursive !== true) {
    throw nodeError(
      Error,
      "ERR_FS_EISDIR",
      `Recursive option not enabled, cannot copy a directory: cp returned EISDIR`,
    );
  }
  if (`${to}/`.startsWith(`${from}/`)) throw fsError("EINVAL", "cp", from, to);
  mkdirAll(to, 0o777);
  for (const name of node.entries.keys()) cpSync(`${from}/${name}`, `${to}/${name}`, options);
}

type Moment = number | string | Date;
const millis = (time: Moment): number => (time instanceof Date ? time.getTime() : Number(time) * 1000);

function setTimes(node: TreeNode, atime: Moment, mtime: Moment): void {
  node.atimeMs = millis(atime);
  node.mtimeMs = millis(mtime);
}

function setMode(node: TreeNode, mode: unknown): void {
  const bits = typeof mode === "string" ? Number.parseInt(mode, 8) : (mode as number);
  node.mode = (node.mode & C.S_IFMT) | (bits & 0o7777);
}

/** The functions of `node:fs` about names and folders. */
export const fileTree = {
  statSync: statWith("stat"),
  lstatSync: statWith("lstat"),
  fstatSync: (fd: unknown): Stats => new Stats(openFiles.get(fd, "fstat").node),
  accessSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  unlinkSync,
  rmdirSync,
  rmSync,
  renameSync,
  copyFileSync,
  cpSync,
  realpathSync: (path: unknown): string => {
    const full = toPath(path);
    tree.get(full, "lstat");
    return full;
  },
  readlinkSync: (path: unknown): never => {
    const full = toPath(path);
    tree.get(full, "readlink");
    throw fsError("EINVAL", "readlink", full);
  },
  utimesSync: (path: unknown, atime: Moment, mtime: Moment): void =>
    setTimes(tree.get(toPath(path), "utime"), atime, mtime),
  lutimesSync: (path: unknown, atime: Moment, mtime: Moment): void =>
    setTimes(tree.get(toPath(path), "lutime"), atime, mtime),
  futimesSync: (fd: unknown, atime: Moment, mtime: Moment): void =>
    setTimes(openFiles.get(fd, "futime").node, atime, mtime),
  chmodSync: (path: unknown, mode: unknown): void => setMode(tree.get(toPath(path), "chmod"), mode),
  fchmodSync: (fd: unknown, mode: unknown): void => setMode(openFiles.get(fd, "fchmod").node, mode),
  chownSync: (path: unknown): void => void tree.get(toPath(path), "chown"),
  fchownSync: (fd: unknown): void => void openFiles.get(fd, "fchown"),
  lchownSync: (path: unknown): void => void tree.get(toPath(path), "lchown"),
  statfsSync: (path: unknown) => {
    tree.get(toPath(path), "statfs");
    const blocks = Math.floor(tree.quota / 4096);
    const free = Math.max(0, Math.floor((tree.quota - tree.used) / 4096));
    return { type: 0x01021994, bsize: 4096, blocks, bfree: free, bavail: free, files: 0, ffree: 0 };
  },
};
