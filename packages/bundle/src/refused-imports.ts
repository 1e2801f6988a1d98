import { REFUSED_NODE_MODULES } from "@sluice/core";
import type { Metafile } from "esbuild";
import { externalImports } from "./async-lowering.ts";

/** A warning for each module of Node's that the bundle imports and a function cannot use, with who imports it. */
export function refusedImports(metafile: Metafile): string[] {
  return externalImports(metafile).flatMap((path) => {
    const name = path.replace(/^node:/, "");
    const advice = Object.hasOwn(REFUSED_NODE_MODULES, name) ? REFUSED_NODE_MODULES[name] : undefined;
    if (advice === undefined) return [];
    const importer = importerOf(metafile, path);
    return [
      `imports ${path}${importer === undefined ? "" : ` (in ${importer})`}, which fails when it is used: ${advice}`,
    ];
  });
}

function importerOf({ inputs }: Metafile, path: string): string | undefined {
  return Object.keys(inputs).find((file) => inputs[file]?.imports.some((found) => found.path === path));
}
