#!/usr/bin/env node
// Starts the command line on the Node that `npm ci` installed when the one at hand is too old to run TypeScript.
// Plain JavaScript of an old kind on purpose: it must at least parse on the old Node.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NEEDED_MAJOR = 24;
const here = dirname(fileURLToPath(import.meta.url));
const main = join(here, "..", "src", "main.ts");

function findNode() {
  for (let folder = here; ; folder = dirname(folder)) {
    for (const name of ["node", "node.exe"]) {
      const candidate = join(folder, "node_modules", "node", "bin", name);
      if (existsSync(candidate)) return candidate;
    }
    if (folder === dirname(folder)) return undefined;
  }
}

function runWith(node) {
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: "inherit" });
  // A terminal sends Ctrl-C to the child as well; a supervisor's SIGTERM reaches only this process.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("error", (error) => {
    console.error(`error  Node ${NEEDED_MAJOR} at ${node} cannot be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = signal === null ? code : signal === "SIGINT" ? 130 : 143;
  });
}

if (Number(process.versions.node.split(".")[0]) >= NEEDED_MAJOR) {
  await import("../src/main.ts");
} else {
  const node = findNode();
  if (node === undefined) {
    console.error(
      `error  Sluice needs Node ${NEEDED_MAJOR}; this is ${process.version} and none is installed beside it.`,
    );
    console.error("fix    Run 'npm ci' in the folder of Sluice: it installs the right one.");
    process.exitCode = 1;
  } else {
    runWith(node);
  }
}
