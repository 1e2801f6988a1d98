import type { ArchiveFile } from "../archive/read-archive.ts";
import type { ProvidedPackages } from "./provided-packages.ts";

export const TASK = "/var/task";
export const OPT = "/opt";

const PACKAGE_JSON_BYTES_MAX = 1024 * 1024;

export type PackageJson = Readonly<Record<string, unknown>>;

/** What an environment of Lambda's would find on its disk: the function's archive, its layers and the runtime's packages. */
export class FileTree {
  /** Of the archive and its layers alone: whoever goes through them all never meets what the runtime brings along. */
  readonly files: ReadonlyMap<string, ArchiveFile>;
  readonly #provided: ProvidedPackages;
  readonly #folders = new Set<string>(["/"]);
  readonly #packages = new Map<string, Promise<PackageJson | undefined>>();

  /** Of layers, the later one's files win. */
  constructor(
    task: ReadonlyMap<string, ArchiveFile>,
    layers: readonly ReadonlyMap<string, ArchiveFile>[],
    provided: ProvidedPackages,
  ) {
    this.#provided = provided;
    const files = new Map<string, ArchiveFile>();
    const put = (root: string, from: ReadonlyMap<string, ArchiveFile>): void => {
      for (const [name, file] of from) files.set(`${root}/${name}`, file);
    };
    put(TASK, task);
    for (const layer of layers) put(OPT, layer);
    this.files = files;
    for (const path of files.keys()) {
      for (let folder = parentOf(path); !this.#folders.has(folder); folder = parentOf(folder))
        this.#folders.add(folder);
    }
  }

  file(path: string): ArchiveFile | undefined {
    return this.files.get(path) ?? this.#provided.files.get(path);
  }

  isFile(path: string): boolean {
    return this.file(path) !== undefined;
  }

  isFolder(path: string): boolean {
    return this.#folders.has(path) || this.#provided.folders.has(path);
  }

  async text(path: string): Promise<string> {
    const bytes = (await this.file(path)?.read()) ?? new Uint8Array(0);
    return new TextDecoder().decode(bytes);
  }

  /** The folder's own `package.json`; one that cannot be read is none. */
  packageJson(folder: string): Promise<PackageJson | undefined> {
    const known = this.#packages.get(folder);
    if (known !== undefined) return known;
    const read = this.#readPackageJson(`${folder}/package.json`);
    this.#packages.set(folder, read);
    return read;
  }

  /** The nearest package that a file belongs to: its folder. */
  async packageFolder(path: string): Promise<string | undefined> {
    for (let folder = parentOf(path); folder !== "/"; folder = parentOf(folder)) {
      if (folder.endsWith("/node_modules")) return undefined;
      if (this.isFile(`${folder}/package.json`)) return folder;
    }
    return undefined;
  }

  /** Whether Node takes the file for an ES module because of its name or its package. */
  async isEsModule(path: string): Promise<boolean> {
    if (path.endsWith(".mjs")) return true;
    if (!path.endsWith(".js")) return false;
    const folder = await this.packageFolder(path);
    return folder !== undefined && (await this.packageJson(folder))?.["type"] === "module";
  }

  async #readPackageJson(path: string): Promise<PackageJson | undefined> {
    const file = this.file(path);
    if (file === undefined || file.size > PACKAGE_JSON_BYTES_MAX) return undefined;
    try {
      const json: unknown = JSON.parse(await this.text(path));
      return typeof json === "object" && json !== null ? (json as PackageJson) : undefined;
    } catch {
      return undefined;
    }
  }
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? "/" : path.slice(0, slash);
}
