import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface JestTotals {
  readonly passed: number;
  /** Failed tests, and files that could not be run at all. */
  readonly failed: number;
}

/** Isolates need the second flag; the first is how jest runs ES modules. */
const NODE_FLAGS = ["--experimental-vm-modules", "--no-node-snapshot", "--disable-warning=ExperimentalWarning"];

/** Runs jest with its own progress on the terminal. Undefined when it broke before it had a result. */
export async function runJest(args: readonly string[]): Promise<JestTotals | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-jest-"));
  const outputFile = join(folder, "result.json");
  try {
    const jest = ["node_modules/jest/bin/jest.js", "--json", `--outputFile=${outputFile}`, ...args];
    const child = spawn(process.execPath, [...NODE_FLAGS, ...jest], { stdio: ["inherit", "ignore", "inherit"] });
    const [code] = (await once(child, "close")) as [number | null];
    return readTotals(outputFile, code === 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface JestResult {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

function readTotals(path: string, exitedWell: boolean): JestTotals | undefined {
  try {
    const result = JSON.parse(readFileSync(path, "utf8")) as JestResult;
    const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
    // A failure that jest counts nowhere, such as an obsolete snapshot or a missed threshold, is one all the same.
    const uncounted = failed === 0 && !(exitedWell && result.success) ? 1 : 0;
    return { passed: result.numPassedTests, failed: failed + uncounted };
  } catch {
    return undefined;
  }
}
