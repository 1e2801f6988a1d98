import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { CliError } from "../cli-error.ts";

export const MANIFEST_FILE = "sluice.yaml";

/**
 * Manifests under a path, absolute: the file itself, a folder's own one, or else those of its subfolders.
 *
 * @throws CliError there is none
 */
export function findManifests(path: string, cwd: string): string[] {
  const target = resolve(cwd, path);
  if (!existsSync(target)) {
    throw new CliError(
      `There is no file or folder ${target}.`,
      "Name a folder with a sluice.yaml, or the file itself.",
    );
  }
  if (statSync(target).isFile()) return [target];
  const own = join(target, MANIFEST_FILE);
  if (existsSync(own)) return [own];
  const below = readdirSync(target, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "node_modules" && !entry.name.startsWith("."))
    .map((entry) => join(target, entry.name, MANIFEST_FILE))
    .filter((file) => existsSync(file))
    .sort();
  if (below.length > 0) return below;
  const misnamed = ["sluice.yml", "sluice.json"].find((name) => existsSync(join(target, name)));
  throw new CliError(
    `There is no ${MANIFEST_FILE} in ${target} or in a folder directly below it.`,
    misnamed === undefined
      ? "Write one with 'npx sluice init', or name its folder."
      : `Rename ${misnamed} to ${MANIFEST_FILE}.`,
  );
}
