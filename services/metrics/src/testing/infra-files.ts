import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

export const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

/** A file of the repository, by its path from the root. */
export function readText(path: string): string {
  return readFileSync(`${ROOT}${path}`, "utf8");
}

export function readYaml(path: string): unknown {
  return parse(readText(path), { merge: true });
}
