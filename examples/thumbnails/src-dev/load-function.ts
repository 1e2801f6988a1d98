import { readFile } from "node:fs/promises";
import { compileFunction } from "node:vm";
import { build, type Plugin } from "esbuild";

export type Handler = (event: unknown, context: { readonly awsRequestId: string }) => Promise<unknown>;

/** Imported .wasm files become compiled modules, as `sluice deploy` makes them. */
const COMPILED_WASM: Plugin = {
  name: "compiled-wasm",
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.wasm$/ }, async ({ path }) => ({
      contents: `export default new WebAssembly.Module(Buffer.from("${(await readFile(path)).toString("base64")}", "base64"))`,
    }));
  },
};

/**
 * Bundles a function as `sluice deploy` does and runs its module here, on plain Node.
 *
 * @param surroundings `sluice`: what the function imports under this name; `env`: its `process.env`;
 *   `log`: what it prints
 */
export async function loadFunction(
  entry: string,
  surroundings: {
    readonly sluice: object;
    readonly env: Readonly<Record<string, string>>;
    readonly log: (line: string) => void;
  },
): Promise<Handler> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "cjs",
    platform: "browser",
    conditions: ["worker", "browser"],
    external: ["sluice"],
    define: { "import.meta.url": '"file:///function.js"' },
    plugins: [COMPILED_WASM],
    logLevel: "silent",
  });
  const module: { exports: { handler?: Handler } } = { exports: {} };
  const names = ["module", "exports", "require", "process", "console"];
  const run = compileFunction(result.outputFiles[0]?.text ?? "", names, { filename: entry });
  const print = (...parts: readonly unknown[]): void => surroundings.log(parts.join(" "));
  run(module, module.exports, () => surroundings.sluice, { env: surroundings.env }, { log: print, warn: print });
  if (module.exports.handler === undefined) throw new TypeError(`${entry} exports no handler`);
  return module.exports.handler;
}
