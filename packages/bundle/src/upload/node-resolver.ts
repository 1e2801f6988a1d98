import { builtinModules } from "node:module";
import { posix } from "node:path";
import { type FileTree, OPT, parentOf, TASK } from "./file-tree.ts";
import { exportsTarget } from "./package-exports.ts";
import { isProvided, PROVIDED } from "./provided-packages.ts";

/** How a module is asked for, on which depend the extensions that are tried and the conditions of `exports`. */
export type ImportKind = "import" | "require";

export type Resolution =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "builtin"; readonly name: string }
  | { readonly kind: "missing" };

const BUILTINS = new Set([...builtinModules, "sluice"]);
const MISSING: Resolution = { kind: "missing" };
const EXTENSIONS = [".js", ".json", ".node"];
const CONDITIONS: Readonly<Record<ImportKind, ReadonlySet<string>>> = {
  import: new Set(["node", "import", "module-sync", "default"]),
  require: new Set(["node", "require", "module-sync", "default"]),
};

/**
 * Of the runtime's own packages, only what a function uses shall become part of its code: they are read as bundlers read
 * them, by `module`, in the one form that has a tree. `require` gets the same form, so that there is one instance.
 */
const PROVIDED_CONDITIONS: ReadonlySet<string> = new Set(["module", "node", "import", "default"]);

/**
 * What Lambda has in NODE_PATH: layers, in the order in which they are asked, the function's own folder, and what the
 * runtime brings along, after all that an author may have packaged.
 */
export function nodePath(nodeMajor: string): readonly string[] {
  return [`${OPT}/nodejs/node${nodeMajor}/node_modules`, `${OPT}/nodejs/node_modules`, TASK, PROVIDED];
}

/** Node's way to find modules, over the files of an archive and its layers; it never looks at this machine's. */
export class NodeResolver {
  readonly #tree: FileTree;
  readonly #nodePath: readonly string[];

  constructor(tree: FileTree, nodeMajor: string) {
    this.#tree = tree;
    this.#nodePath = nodePath(nodeMajor);
  }

  async resolve(specifier: string, importer: string, asked: ImportKind): Promise<Resolution> {
    // The ES modules of provided packages are written for bundlers, which try extensions.
    const kind = isProvided(importer) ? "require" : asked;
    if (specifier.includes("\0") || specifier.length > 2_048) return MISSING;
    if (specifier.startsWith("node:") || specifier.startsWith("sluice/") || BUILTINS.has(specifier)) {
      return { kind: "builtin", name: specifier };
    }
    const folder = parentOf(importer);
    if (specifier.startsWith("file:")) return this.#byAddress(specifier);
    if (specifier.startsWith("#")) return this.#fromImports(specifier, importer, kind);
    if (/^(?:\.{0,2}\/|\.{1,2}$)/.test(specifier)) {
      const path = posix.resolve(folder, kind === "import" ? (specifier.split(/[?#]/)[0] ?? "") : specifier);
      return this.#fileAt(path, kind, specifier.endsWith("/"));
    }
    const itself = await this.#fromItself(specifier, importer, kind);
    return itself ?? this.#fromPackages(specifier, folder, kind);
  }

  /** A module by its path without extension, as Lambda's runtime looks for a handler's. */
  async handlerModule(module: string): Promise<string | undefined> {
    const path = posix.resolve(TASK, module);
    const found = ["", ".js", ".mjs", ".cjs"].find((extension) => this.#tree.isFile(path + extension));
    if (found !== undefined) return path + found;
    const resolved = await this.resolve(module, `${TASK}/index.js`, "require");
    return resolved.kind === "file" ? resolved.path : undefined;
  }

  /** Where a package lies that `importer` may load. */
  packageFolder(name: string, importer: string): string | undefined {
    const folders = this.#roots(parentOf(importer)).map((root) => `${root}/${splitPackage(name).name}`);
    return folders.find((folder) => folder.includes("/node_modules/") && this.#tree.isFolder(folder));
  }

  /** Whether a module must run even if nothing of it is used. */
  async hasSideEffects(path: string): Promise<boolean> {
    const folder = await this.#tree.packageFolder(path);
    return folder === undefined || (await this.#tree.packageJson(folder))?.["sideEffects"] !== false;
  }

  #byAddress(address: string): Resolution {
    try {
      const { hostname, pathname } = new URL(address);
      return hostname === "" ? this.#exact(decodeURIComponent(pathname)) : MISSING;
    } catch {
      return MISSING;
    }
  }

  #exact(path: string): Resolution {
    return this.#tree.isFile(path) ? { kind: "file", path } : MISSING;
  }

  /** `import` takes the file that it names; `require` tries extensions and folders. */
  async #fileAt(path: string, kind: ImportKind, folderOnly = false): Promise<Resolution> {
    if (kind === "import") return this.#exact(path);
    const file = folderOnly ? undefined : this.#withExtension(path);
    return file ?? this.#folderAt(path);
  }

  #withExtension(path: string): Resolution | undefined {
    const found = ["", ...EXTENSIONS].find((extension) => this.#tree.isFile(path + extension));
    return found === undefined ? undefined : { kind: "file", path: path + found };
  }

  async #folderAt(folder: string): Promise<Resolution> {
    if (!this.#tree.isFolder(folder)) return MISSING;
    const json = await this.#tree.packageJson(folder);
    const main = (isProvided(folder) ? json?.["module"] : undefined) ?? json?.["main"];
    if (typeof main === "string") {
      const path = posix.resolve(folder, main);
      const found = this.#withExtension(path) ?? this.#withExtension(`${path}/index`);
      if (found !== undefined) return found;
    }
    return this.#withExtension(`${folder}/index`) ?? MISSING;
  }

  async #fromImports(specifier: string, importer: string, kind: ImportKind): Promise<Resolution> {
    const folder = await this.#tree.packageFolder(importer);
    if (folder === undefined) return MISSING;
    const imports = (await this.#tree.packageJson(folder))?.["imports"];
    const target = exportsTarget(imports, specifier, conditionsOf(folder, kind));
    if (target === undefined || target.startsWith("#")) return MISSING;
    if (target.startsWith("./")) return this.#inside(folder, target);
    return this.resolve(target, `${folder}/package.json`, kind);
  }

  async #fromItself(specifier: string, importer: string, kind: ImportKind): Promise<Resolution | undefined> {
    const folder = await this.#tree.packageFolder(importer);
    if (folder === undefined) return undefined;
    const json = await this.#tree.packageJson(folder);
    const { name, subpath } = splitPackage(specifier);
    if (json?.["name"] !== name || json["exports"] === undefined || json["exports"] === null) return undefined;
    return this.#fromExports(folder, json["exports"], subpath, kind);
  }

  async #fromPackages(specifier: string, from: string, kind: ImportKind): Promise<Resolution> {
    for (const root of this.#roots(from)) {
      if (!this.#tree.isFolder(root)) continue;
      const found = await this.#inRoot(root, specifier, kind);
      if (found.kind !== "missing") return found;
    }
    return MISSING;
  }

  #roots(from: string): readonly string[] {
    const roots: string[] = [];
    for (let folder = from; ; folder = parentOf(folder)) {
      if (!folder.endsWith("/node_modules")) roots.push(folder === "/" ? "/node_modules" : `${folder}/node_modules`);
      if (folder === "/") return [...roots, ...this.#nodePath];
    }
  }

  async #inRoot(root: string, specifier: string, kind: ImportKind): Promise<Resolution> {
    const { name, subpath } = splitPackage(specifier);
    const folder = `${root}/${name}`;
    const json = await this.#tree.packageJson(folder);
    const exports = json?.["exports"];
    if (exports !== undefined && exports !== null) return this.#fromExports(folder, exports, subpath, kind);
    const path = posix.resolve(root, specifier);
    // Without `exports`, a package's main is found as `require` would, by `import` too; its other files are not.
    return this.#fileAt(path, subpath === "." ? "require" : kind, specifier.endsWith("/"));
  }

  #fromExports(folder: string, exports: unknown, subpath: string, kind: ImportKind): Resolution {
    // A package may have one form only; Node loads an ES module by `require` too.
    const target =
      exportsTarget(exports, subpath, conditionsOf(folder, kind)) ??
      exportsTarget(exports, subpath, CONDITIONS[kind === "import" ? "require" : "import"]);
    return target?.startsWith("./") === true ? this.#inside(folder, target) : MISSING;
  }

  #inside(folder: string, target: string): Resolution {
    const path = posix.resolve(folder, target);
    return path.startsWith(`${folder}/`) ? this.#exact(path) : MISSING;
  }
}

function conditionsOf(folder: string, kind: ImportKind): ReadonlySet<string> {
  return isProvided(folder) ? PROVIDED_CONDITIONS : CONDITIONS[kind];
}

function splitPackage(specifier: string): { readonly name: string; readonly subpath: string } {
  const parts = specifier.split("/");
  const count = specifier.startsWith("@") ? 2 : 1;
  const rest = parts.slice(count).join("/");
  return { name: parts.slice(0, count).join("/"), subpath: rest === "" ? "." : `./${rest}` };
}
