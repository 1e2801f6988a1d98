import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { Env } from "@sluice/process";

/** The first of these programs that the PATH holds, as an absolute path. */
export function findProgram(env: Env, names: readonly string[]): string | undefined {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
