import { memoryLimitBytes } from "../process.ts";
import { fsError } from "./fs-error.ts";
import { type FileNode, FolderNode, PackagedNode, type TreeNode } from "./nodes.ts";
import { packagedFiles } from "./packaged-files.ts";

const QUOTA_MAX = 64 * 1024 * 1024;
/** Charged for every file and folder: names and nodes take memory too. */
const NODE_COST = 512;

export interface Place {
  readonly parent: FolderNode;
  readonly name: string;
  readonly node: TreeNode | undefined;
}

/**
 * The files of one isolate, in its memory. `/tmp` may be written and, as on Lambda, lives as long as the environment:
 * the next invocation of a warm one finds what the last one left. Everything else is read-only, and has what was
 * uploaded beside the code: what a function imports is in its bundle.
 */
class Tree {
  readonly #root = new FolderNode(0o755, true);
  readonly #temp = new FolderNode(0o777);
  #used = 0;

  constructor() {
    const folder = (parent: FolderNode, name: string, node = new FolderNode(0o755, true)): FolderNode => {
      parent.entries.set(name, node);
      return node;
    };
    folder(this.#root, "tmp", this.#temp);
    folder(folder(this.#root, "var"), "task");
    folder(this.#root, "opt");
    for (const [path, [size, source]] of Object.entries(packagedFiles())) {
      const names = path.slice(1).split("/");
      const name = names.pop() ?? "";
      let parent = this.#root;
      for (const part of names) {
        const next = parent.entries.get(part) ?? folder(parent, part);
        if (next.kind === "folder") parent = next;
      }
      parent.entries.set(name, new PackagedNode(size, source));
    }
  }

  get quota(): number {
    return Math.min(QUOTA_MAX, Math.floor(memoryLimitBytes() / 4));
  }

  get used(): number {
    return this.#used;
  }

  /** Where an absolute, normal path leads; its parent has to exist. */
  place(path: string, syscall: string): Place {
    const names = path.split("/").filter((name) => name !== "");
    let parent = this.#root;
    for (const name of names.slice(0, -1)) {
      const next = parent.entries.get(name);
      if (next === undefined) throw fsError("ENOENT", syscall, path);
      if (next.kind === "file") throw fsError("ENOTDIR", syscall, path);
      parent = next;
    }
    const name = names.at(-1);
    if (name === undefined) return { parent: this.#root, name: "", node: this.#root };
    return { parent, name, node: parent.entries.get(name) };
  }

  get(path: string, syscall: string): TreeNode {
    const { node } = this.place(path, syscall);
    if (node === undefined) throw fsError("ENOENT", syscall, path);
    return node;
  }

  folder(path: string, syscall: string): FolderNode {
    const node = this.get(path, syscall);
    if (node.kind === "file") throw fsError("ENOTDIR", syscall, path);
    return node;
  }

  add(place: Place, node: TreeNode, syscall: string, path: string): void {
    this.#checkWritable(place, syscall, path);
    this.charge(NODE_COST, syscall, path);
    place.parent.entries.set(place.name, node);
    place.parent.touch();
  }

  remove(place: Place, syscall: string, path: string): void {
    this.#checkWritable(place, syscall, path);
    if (place.node === this.#temp) throw fsError("EACCES", syscall, path);
    place.parent.entries.delete(place.name);
    place.parent.touch();
    if (place.node !== undefined) this.#release(place.node);
  }

  move(from: Place, to: Place, syscall: string, path: string, dest: string): void {
    this.#checkWritable(from, syscall, path, dest);
    this.#checkWritable(to, syscall, path, dest);
    if (from.node === undefined || from.node === to.node) return;
    if (to.node !== undefined) this.#release(to.node);
    from.parent.entries.delete(from.name);
    to.parent.entries.set(to.name, from.node);
    from.parent.touch();
    to.parent.touch();
  }

  /** Makes a file longer or shorter, within the quota. */
  resize(file: FileNode, size: number, syscall: string, path?: string): void {
    if (file instanceof PackagedNode) throw fsError("EROFS", syscall, path);
    if (!file.unlinked) this.charge(size - file.size, syscall, path);
    file.resize(size);
  }

  write(file: FileNode, bytes: Uint8Array, position: number, syscall: string, path?: string): void {
    if (!file.unlinked) this.charge(Math.max(0, position + bytes.length - file.size), syscall, path);
    file.write(bytes, position);
  }

  charge(bytes: number, syscall: string, path?: string): void {
    if (bytes > 0 && this.#used + bytes > this.quota) throw fsError("ENOSPC", syscall, path);
    this.#used += bytes;
  }

  #release(node: TreeNode): void {
    this.#used -= NODE_COST;
    if (node.kind === "file") {
      this.#used -= node.size;
      node.unlinked = true;
    } else for (const child of node.entries.values()) this.#release(child);
  }

  #checkWritable({ parent, node }: Place, syscall: string, path: string, dest?: string): void {
    if (parent.readOnly && node !== this.#temp) throw fsError("EROFS", syscall, path, dest);
  }
}

export const tree = new Tree();
