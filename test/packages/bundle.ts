import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleFunction } from "@sluice/bundle";
import { ROOT } from "../source-tree.ts";

/**
 * An ES module that exports `handler`, with the npm packages that it imports, as `sluice deploy` makes it. The module
 * lies below this folder meanwhile, so that packages are found as a function's own would be.
 */
export async function bundleSource(source: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = mkdtempSync(join(ROOT, "test", "packages", ".snippet-"));
  try {
    const entry = join(folder, "index.js");
    for (const [name, text] of Object.entries({ ...files, "index.js": source }))
      writeFileSync(join(folder, name), text);
    const result = await bundleFunction({ entry, folder, handler: "handler", environment: {} });
    if (!result.ok) throw new Error(result.faults.map(({ message }) => message).join("\n"));
    return Buffer.from(result.bundle.code).toString();
  } finally {
    rmSync(folder, { recursive: true });
  }
}
