import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { describeCounts, describeFile } from "./report.ts";
import { type FolderResult, runFolder } from "./run-folder.ts";

const USAGE = `npm run wpt -- <folder or file> [--json]

Runs test files in the style of the web platform tests (*.any.js, *.window.js, *.worker.js) in the guest runtime and
prints how many passed. Exit code 1 when a test failed, 2 when there was nothing to run.`;

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { json: { type: "boolean" } },
    allowPositionals: true,
  });
  const [path] = positionals;
  if (path === undefined || positionals.length > 1 || !existsSync(path)) {
    const why = path === undefined ? "" : `There is no single folder or file ${positionals.join(" ")}.\n\n`;
    process.stderr.write(`${why}${USAGE}\n`);
    return 2;
  }
  const json = values.json === true;
  const result = await runFolder(path, (file) => void (json || process.stdout.write(`${describeFile(file)}\n`)));
  process.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : `\n${describeCounts("All", result)}\n`);
  return exitCodeOf(result);
}

function exitCodeOf(result: FolderResult): number {
  if (result.files.length === 0) {
    process.stderr.write("No test file found: their names end in .any.js, .window.js or .worker.js.\n");
    return 2;
  }
  return result.failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
