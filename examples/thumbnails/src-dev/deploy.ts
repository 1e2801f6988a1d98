import { spawn } from "node:child_process";
import { join } from "node:path";

/** Runs `sluice deploy examples/thumbnails` and answers what it printed. Rejects when it failed. */
export async function deployExample(root: string, gateway: string): Promise<string> {
  const cli = join(root, "packages/cli/bin/sluice.mjs");
  const child = spawn(process.execPath, [cli, "--endpoint", gateway, "deploy", "examples/thumbnails", "--yes"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const collect = (chunk: string): void => void (output += chunk);
  child.stdout.setEncoding("utf8").on("data", collect);
  child.stderr.setEncoding("utf8").on("data", collect);
  const status = await new Promise<number | null>((done, fail) => child.on("error", fail).on("close", done));
  if (status !== 0) throw new Error(`'sluice deploy examples/thumbnails' failed:\n${output.trimEnd()}`);
  return output.trimEnd();
}
