import { spawnSync } from "node:child_process";
import { join } from "node:path";

const BIN = join(import.meta.dirname, "..", "bin", "sluice.mjs");

test("the installed command runs as a process of its own, with its exit codes", () => {
  const help = spawnSync(process.execPath, [BIN, "--help"], { encoding: "utf8" });
  expect([help.status, help.stderr]).toEqual([0, ""]);
  expect(help.stdout).toContain("Usage: sluice");
  const wrong = spawnSync(process.execPath, [BIN, "nonsense"], { encoding: "utf8" });
  expect([wrong.status, wrong.stdout]).toEqual([2, ""]);
});
