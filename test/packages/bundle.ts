import { builtinModules } from "node:module";
import { join } from "node:path";
import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "../..");

/** A module with the npm packages that it imports, unmodified, as one CommonJS body. */
export async function bundleSource(source: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: ROOT, loader: "js" },
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    target: "es2024",
    external: [...builtinModules, "node:*", "pg-native"],
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}
