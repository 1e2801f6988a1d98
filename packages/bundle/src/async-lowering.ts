import type { BuildOptions, Metafile } from "esbuild";
import { providedInputs } from "./top-level-await.ts";

/**
 * How a function that uses AsyncLocalStorage is bundled: its native async functions become generators that are driven
 * by `then`, which the guest runtime can follow across `await`; native `await` it cannot. The module is loaded first,
 * before any package keeps a `then` of its own.
 */
export const ASYNC_LOWERING = {
  supported: { "async-await": false, "async-generator": false, "for-await": false },
  banner: { js: 'require("node:async_hooks");' },
} as const satisfies BuildOptions;

/**
 * Who imports `node:async_hooks`: the author's own code or a package of theirs. A package that imports it only when it
 * runs into a case that needs it, as the AWS SDK does, does not count.
 */
export function asyncContextUse({ inputs, outputs }: Metafile): "own" | "package" | undefined {
  const used = new Set(Object.values(outputs).flatMap((output) => Object.keys(output.inputs)));
  let found: "package" | undefined;
  for (const [importer, { imports }] of Object.entries(inputs)) {
    if (!used.has(importer)) continue;
    const own = !importer.includes("node_modules/");
    const counts = imports.some(
      ({ path, kind }) => /^(?:provided:)?(?:node:)?async_hooks$/.test(path) && (own || kind !== "dynamic-import"),
    );
    if (counts && own) return "own";
    if (counts) found = "package";
  }
  return found;
}

/** What the output still asks the runtime for. */
export function externalImports({ inputs, outputs }: Metafile): string[] {
  const imports = Object.values(outputs).flatMap((output) => output.imports);
  const external = imports.filter((one) => one.external === true).map(({ path }) => path);
  return [...new Set([...external, ...providedInputs(inputs)])];
}

/** In esbuild's helper; the variable has another name where a package has one of its name at its top level. */
const RETURN = /\b(\w+)\.done \? resolve\(\1\.value\) :/;
const RETURN_IN_CONTEXT = (_: string, x: string): string =>
  `${x}.done ? resolve(typeof ${x}.value?.then == 'function' ? Promise.resolve(${x}.value) : ${x}.value) :`;

/**
 * An async function may return a thenable, a query builder for instance, whose `then` V8 calls later. `Promise.resolve`
 * is one of the guest runtime's then, and hands the context on.
 */
export function keepContextOfReturned(code: string): string {
  const at = code.indexOf("var __async =");
  if (at < 0) return code;
  const helper = code.slice(at);
  if (!RETURN.test(helper)) throw new Error("esbuild writes async functions in a form not known here");
  return code.slice(0, at) + helper.replace(RETURN, RETURN_IN_CONTEXT);
}
