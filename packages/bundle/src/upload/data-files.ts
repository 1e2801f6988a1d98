import type { FileTree } from "./file-tree.ts";
import { scopeOf } from "./on-demand.ts";
import { UPLOAD_LIMITS } from "./upload-limits.ts";

/** Files that `node:fs` shows; `base64` is null for one whose name and size are known and nothing else. */
export interface DataFile {
  readonly path: string;
  readonly size: number;
  readonly base64: string | null;
}

export interface DataFiles {
  readonly files: readonly DataFile[];
  /** What did not fit into the limits. */
  readonly left: number;
}

export const NO_DATA: DataFiles = { files: [], left: 0 };

const CODE = /\.(?:js|cjs|mjs)$/;
const FOR_PEOPLE = /\.(?:map|ts|mts|cts|tsx|md|markdown|flow|node)$|\/(?:licen[cs]e|notice|changelog|readme)[^/]*$/i;

/**
 * Of the author's own files and of the packages in the bundle. Code is in the bundle already: of it, programs that list
 * folders see the names.
 */
export async function dataFiles(tree: FileTree, scopes: ReadonlySet<string>): Promise<DataFiles> {
  const files: DataFile[] = [];
  let bytes = 0;
  let left = 0;
  const paths = [...tree.files.keys()].filter((path) => scopes.has(scopeOf(path)) && isData(path));
  // The author's own come first: what does not fit is a package's.
  for (const path of paths.sort((a, b) => scopeOf(a).length - scopeOf(b).length || (a < b ? -1 : 1))) {
    const file = tree.files.get(path);
    if (file === undefined) continue;
    const { size } = file;
    const embedded = !CODE.test(path);
    const tooLarge = size > UPLOAD_LIMITS.dataFileBytesMax || bytes + size > UPLOAD_LIMITS.dataBytesMax;
    if (files.length >= UPLOAD_LIMITS.dataFilesMax || (embedded && tooLarge)) {
      if (embedded) left += 1;
      continue;
    }
    if (embedded) bytes += size;
    files.push({ path, size, base64: embedded ? Buffer.from(await file.read()).toString("base64") : null });
  }
  return { files, left };
}

function isData(path: string): boolean {
  if (CODE.test(path)) return scopeOf(path) === "";
  return scopeOf(path) === "" ? !path.endsWith(".map") : !FOR_PEOPLE.test(path);
}
