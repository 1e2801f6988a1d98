/**
 * node scripts/run.mjs FILE [ARGUMENT ...]
 *
 * Runs a TypeScript file of this repository, or says what is missing. Any Node can read this file; the one that can
 * run the rest comes with `npm ci`, and npm puts it first on the PATH of its scripts.
 */
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const NODE_MAJOR = 24;
const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const [file, ...args] = process.argv.slice(2);

function fault() {
  if (file === undefined) return "Say which file to run: node scripts/run.mjs FILE";
  if (!existsSync(resolve(root, "node_modules/.bin/jest"))) return "The packages are not installed. Run: npm ci";
  const major = Number(process.versions.node.split(".")[0]);
  if (major >= NODE_MAJOR) return undefined;
  return existsSync(resolve(root, "node_modules/.bin/node"))
    ? `This is Node ${process.versions.node}, and Sluice needs ${NODE_MAJOR}. 'npm start', 'npm test' and 'npm run' use the right one; run it through them.`
    : `This is Node ${process.versions.node}, and Sluice needs ${NODE_MAJOR}. 'npm ci' installs it beside the other packages; run: npm ci`;
}

const message = fault();
if (message === undefined) {
  const path = resolve(root, file);
  process.argv = [process.argv[0], path, ...args];
  await import(pathToFileURL(path).href);
} else {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
