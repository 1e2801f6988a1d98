import { readFile } from "node:fs/promises";
import { transform } from "esbuild";
import type { Form } from "./archive-plugin.ts";
import type { DataFiles } from "./data-files.ts";
import { LOADER } from "./module-source.ts";
import type { OnDemandFiles } from "./on-demand.ts";

/** The export that a bundle of an upload has its handler under, whatever the author calls it. */
export const HANDLER_EXPORT = "handler";

export interface Entry {
  readonly handler: string;
  readonly members: readonly string[];
  /** The handler's file; undefined: there is none, which Lambda finds out at init. */
  readonly path: string | undefined;
  readonly module: string;
  readonly onDemand: OnDemandFiles;
  readonly data: DataFiles;
  readonly nodePath: readonly string[];
}

/** The module that the bundle begins with. Every module of the author's is run by it, so that it can tell why one fails. */
export function entrySource({ handler, members, path, module, onDemand, data, nodePath }: Entry, form: Form): string {
  const parts: string[] = [];
  if (data.files.length > 0) {
    // Each text is in a function of its own, which V8 does not read further before it is called.
    const files = data.files.map(({ path: at, size, base64 }) => {
      const content = base64 === null ? "null" : `() => ${JSON.stringify(base64)}`;
      return `${JSON.stringify(at)}: [${size}, ${content}]`;
    });
    parts.push(`${LOADER}.mount({\n${files.join(",\n")}\n});`);
  }
  if (onDemand.paths.length > 0) {
    const modules = onDemand.paths.map((at) => `[${JSON.stringify(at)}, () => require(${JSON.stringify(at)})]`);
    const { mains } = onDemand;
    parts.push(
      `${LOADER}.provide({ modules: Object.fromEntries([\n${modules.join(",\n")}\n]), mains: ${JSON.stringify(mains)}, nodePath: ${JSON.stringify(nodePath)} });`,
    );
  }
  const name = `${JSON.stringify(handler)}.slice(${handler.lastIndexOf("/") + 1}), ${JSON.stringify(members)}`;
  if (path === undefined) {
    const error = `${LOADER}.missing(${JSON.stringify(module)}, ${LOADER}.runtimeFile, false)`;
    parts.push(`${LOADER}.handler(() => { throw ${error}; }, ${name});`);
  } else if (form === "cjs") {
    parts.push(`exports.${HANDLER_EXPORT} = ${LOADER}.handler(() => require(${JSON.stringify(path)}), ${name});`);
  } else {
    const load = `() => import(${JSON.stringify(path)})`;
    parts.push(`export const ${HANDLER_EXPORT} = await ${LOADER}.handlerLater(${load}, ${name});`);
  }
  return `${parts.join("\n")}\n`;
}

/** The loader as one statement, to stand before the bundle. */
export async function loaderSource(): Promise<string> {
  const source = await readFile(new URL("../guest/package-loader.ts", import.meta.url), "utf8");
  const { code } = await transform(source, {
    loader: "ts",
    format: "iife",
    globalName: LOADER,
    target: "es2024",
    minifyWhitespace: true,
    tsconfigRaw: "{}",
    sourcemap: false,
    legalComments: "none",
  });
  return code.trim();
}
