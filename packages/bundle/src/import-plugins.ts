import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import type { Plugin } from "esbuild";

const BYTES = "wasm-bytes";

/**
 * `import codec from "./codec.wasm"` answers a compiled `WebAssembly.Module`: the guest has no file to read it from at
 * run time. The bytes travel as base64 with esbuild's own decoder, which needs neither `Buffer` nor `atob`.
 */
export function wasmModules(folder: string): Plugin {
  return {
    name: "wasm-modules",
    setup(build) {
      build.onLoad({ filter: /\.wasm$/, namespace: "file" }, ({ path }) => ({
        contents: `import bytes from ${JSON.stringify(`${BYTES}:${path}`)};\nexport default new WebAssembly.Module(bytes);\n`,
        loader: "js",
      }));
      // The shown path ends up in the output, so it must not depend on where the project lies.
      build.onResolve({ filter: new RegExp(`^${BYTES}:`) }, ({ path }) => {
        const file = path.slice(BYTES.length + 1);
        return { path: relative(folder, file).replaceAll("\\", "/"), namespace: BYTES, pluginData: file };
      });
      build.onLoad({ filter: /.*/, namespace: BYTES }, async ({ pluginData }) => ({
        contents: await readFile(pluginData as string),
        loader: "binary",
      }));
    },
  };
}
