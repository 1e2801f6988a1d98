import type { FileTree } from "./file-tree.ts";
import type { NodeResolver } from "./node-resolver.ts";
import { UPLOAD_LIMITS } from "./upload-limits.ts";

/** Modules that only a computed `require` or `import` asks for. */
export interface OnDemandFiles {
  readonly paths: readonly string[];
  /** Folders of packages, with the file that `require` of the folder loads. */
  readonly mains: Readonly<Record<string, string>>;
  /** What did not fit into the limits. */
  readonly left: number;
}

export const NO_FILES: OnDemandFiles = { paths: [], mains: {}, left: 0 };

const MODULE = /\.(?:js|cjs|mjs|json)$/;
const NAME = /["'`]((?:@[\w.-]+\/)?[\w-][\w.-]*(?:\/[\w.-]+)*\/?)(?:["'`]|\$\{)/g;
const NAMES_MAX = 2_000;

/**
 * What a computed `require` may ask for: the modules of the package that it stands in (for the author's own code, all of
 * their own), and packages whose names the file that has it spells out anywhere.
 */
export async function onDemandFiles(
  tree: FileTree,
  resolver: NodeResolver,
  dynamic: ReadonlySet<string>,
): Promise<OnDemandFiles> {
  if (dynamic.size === 0) return NO_FILES;
  const scopes = new Set<string>();
  const named = new Set<string>();
  for (const path of dynamic) {
    scopes.add(scopeOf(path));
    for (const name of await namesIn(tree, path)) {
      // The beginning of a name, as in `require("lodash/" + name)`: any module of the package.
      if (name.endsWith("/")) scopes.add(resolver.packageFolder(name.slice(0, -1), path) ?? scopeOf(path));
      const found = await resolver.resolve(name, path, "require");
      if (found.kind === "file" && MODULE.test(found.path)) named.add(found.path);
    }
  }
  const inScope = [...tree.files.keys()].filter((path) => MODULE.test(path) && scopes.has(scopeOf(path)));
  const paths: string[] = [];
  let bytes = 0;
  const wanted = new Set([...named, ...inScope.sort()]);
  for (const path of wanted) {
    const size = tree.file(path)?.size ?? 0;
    if (paths.length >= UPLOAD_LIMITS.onDemandFilesMax || bytes + size > UPLOAD_LIMITS.onDemandBytesMax) continue;
    paths.push(path);
    bytes += size;
  }
  return { paths: paths.sort(), mains: await mainsOf(tree, resolver, paths), left: wanted.size - paths.length };
}

/** The folder of the innermost package of `node_modules`; the author's own code is one scope. */
export function scopeOf(path: string): string {
  const at = path.lastIndexOf("/node_modules/");
  if (at < 0) return "";
  const parts = path.slice(at + "/node_modules/".length).split("/");
  return (
    path.slice(0, at + "/node_modules/".length) + parts.slice(0, parts[0]?.startsWith("@") === true ? 2 : 1).join("/")
  );
}

async function namesIn(tree: FileTree, path: string): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const [, name = ""] of (await tree.text(path)).matchAll(NAME)) {
    if (names.size >= NAMES_MAX) break;
    names.add(name);
  }
  return names;
}

async function mainsOf(
  tree: FileTree,
  resolver: NodeResolver,
  paths: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const included = new Set(paths);
  const folders = new Set(paths.map(scopeOf).filter((folder) => folder !== ""));
  for (const path of tree.files.keys()) {
    if (path.endsWith("/package.json") && scopeOf(path) === "") folders.add(path.slice(0, -"/package.json".length));
  }
  const mains: Record<string, string> = {};
  for (const folder of [...folders].sort()) {
    const at = folder.lastIndexOf("/node_modules/");
    const specifier = at < 0 ? folder : folder.slice(at + "/node_modules/".length);
    const importer = at < 0 ? "/x" : `${folder.slice(0, at)}/x`;
    const found = await resolver.resolve(specifier, importer, "require");
    if (found.kind === "file" && included.has(found.path)) mains[folder] = found.path;
  }
  return mains;
}
