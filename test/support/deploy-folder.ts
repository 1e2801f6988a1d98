import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Stack } from "./stack.ts";

const run = promisify(execFile);
const CLI = join(import.meta.dirname, "../../packages/cli/bin/sluice.mjs");

/** Deploys a project with the command line, as its author would. */
export async function deployFiles(stack: Stack, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-project-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    await deployFolder(stack, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function deployFolder(stack: Stack, folder: string): Promise<void> {
  const env = { ...process.env, SLUICE_ENDPOINT: stack.endpoint, SLUICE_DATA_DIR: stack.dataDir };
  await run(process.execPath, [CLI, "deploy", folder, "--json"], { env });
}
