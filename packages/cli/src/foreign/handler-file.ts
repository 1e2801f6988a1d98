import { statSync } from "node:fs";
import { resolve } from "node:path";

export interface HandlerFile {
  /** Absolute. */
  readonly entry: string;
  /** Name of the export. */
  readonly handler: string;
}

export interface HandlerQuery {
  /** Folder that the handler's path counts from, absolute. */
  readonly folder: string;
  /** `src/app.handler`. */
  readonly handler: string;
  /** Whether TypeScript is bundled as it is, or only what a compiler left beside it runs. */
  readonly sourcesFirst: boolean;
}

const TYPESCRIPT = [".ts", ".mts", ".cts", ".tsx"];
const JAVASCRIPT = [".js", ".mjs", ".cjs", ".jsx"];

/** The file and the export that a Lambda handler names; a fault in words when there is none. */
export function findHandlerFile({ folder, handler, sourcesFirst }: HandlerQuery): HandlerFile | string {
  const slash = handler.lastIndexOf("/") + 1;
  const base = handler.slice(slash);
  // `app.prod.handler` may be the file `app.prod` and, to Lambda itself, the file `app`.
  const dots = [...new Set([base.lastIndexOf("."), base.indexOf(".")])].filter((dot) => dot > 0);
  if (dots.length === 0 || base.endsWith("."))
    return "must be a file without its extension and an export, such as 'src/app.handler'";
  const extensions = sourcesFirst ? [...TYPESCRIPT, ...JAVASCRIPT] : [...JAVASCRIPT, ...TYPESCRIPT];
  for (const dot of dots) {
    const stem = resolve(folder, handler.slice(0, slash + dot));
    const found = extensions.map((extension) => stem + extension).find(isFile);
    if (found !== undefined) return { entry: found, handler: base.slice(dot + 1) };
  }
  const stem = resolve(folder, handler.slice(0, slash + (dots[0] ?? 0)));
  return `there is no file ${stem} with any of the extensions ${extensions.join(" ")}`;
}

export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
