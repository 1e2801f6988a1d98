import { REFUSED_NODE_MODULES } from "@sluice/core";
import type { Metafile } from "esbuild";
import { externalImports } from "./async-lowering.ts";
import { PROVIDED_NAMESPACE } from "./top-level-await.ts";
import { PROVIDED } from "./upload/provided-packages.ts";

/**
 * A warning for each module of Node's that the bundle imports and a function cannot use, with who imports it. What the
 * runtime brings along is known to do without.
 */
export function refusedImports(metafile: Metafile): string[] {
  return externalImports(metafile).flatMap((path) => {
    const name = path.replace(/^node:/, "");
    const advice = Object.hasOwn(REFUSED_NODE_MODULES, name) ? REFUSED_NODE_MODULES[name] : undefined;
    if (advice === undefined || isOfRuntime(metafile, path)) return [];
    const importer = importerOf(metafile, path);
    return [
      `imports ${path}${importer === undefined ? "" : ` (in ${importer})`}, which fails when it is used: ${advice}`,
    ];
  });
}

function importerOf({ inputs }: Metafile, path: string): string | undefined {
  return Object.keys(inputs).find((file) => inputs[file]?.imports.some((found) => found.path === path));
}

function isOfRuntime({ inputs }: Metafile, name: string): boolean {
  const paths = new Set([name, `${PROVIDED_NAMESPACE}:${name}`]);
  const importers = Object.keys(inputs).filter((file) => inputs[file]?.imports.some(({ path }) => paths.has(path)));
  return importers.length > 0 && importers.every((file) => file.includes(`:${PROVIDED}/`));
}
