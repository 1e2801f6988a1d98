import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import type { TrialPool } from "../sandbox/trial-pool.ts";
import { valueOf } from "../sandbox/trial-pool.ts";
import { readTestFile, type TestFile } from "./test-file.ts";

export interface TestResult {
  readonly name: string;
  readonly status: "PASS" | "FAIL" | "TIMEOUT" | "PRECONDITION_FAILED";
  readonly message: string | null;
}

export interface FileResult {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  /** Tests of features that a runtime need not have. */
  readonly skipped: number;
  readonly total: number;
  readonly tests: readonly TestResult[];
  /** Why the file did not run to its end. */
  readonly error: string | null;
}

const HARNESS = fileURLToPath(new URL("./harness/testharness.js", import.meta.url));
const FILE_TIMEOUT_MS = 30_000;
const MEMORY_MB = 256;

/** The scripts that run in the guest before each test file, as one. */
function bundleHarness(): string {
  const { outputFiles } = buildSync({ entryPoints: [HARNESS], bundle: true, format: "iife", write: false });
  return outputFiles[0]?.text ?? "";
}

const harness = bundleHarness();

/** Runs a file in an isolate of its own, once for each of its variants. */
export async function runFile(trial: TrialPool, path: string, root: string): Promise<FileResult[]> {
  let file: TestFile;
  try {
    file = readTestFile(path, root);
  } catch (error) {
    return [summary(relative(root, path), [], (error as Error).message)];
  }
  const results: FileResult[] = [];
  for (const variant of file.variants) results.push(await runVariant(trial, file, variant));
  return results;
}

async function runVariant(trial: TrialPool, file: TestFile, variant: string): Promise<FileResult> {
  const name = `${file.name}${variant}`;
  const version = trial.define({ code: functionOf(file, variant), timeoutMs: FILE_TIMEOUT_MS, memoryMb: MEMORY_MB });
  const result = await trial.run(version);
  if (result.error !== null) {
    const { errorType, errorMessage } = result.error;
    return summary(name, [], `${errorType}: ${errorMessage}`);
  }
  const { tests, error } = valueOf(result) as { tests: TestResult[]; error: string | null };
  return summary(name, tests, error);
}

/** The test runs as a script of the global scope, as it does in a browser. */
function functionOf(file: TestFile, variant: string): string {
  const href = `http://web-platform.test/${file.name}${variant}`;
  return `exports.handler = async () => {
    globalThis.location = new URL(${JSON.stringify(href)});
    globalThis.META_TITLE = ${JSON.stringify(file.title)};
    (0, eval)(${JSON.stringify(harness)});
    const finish = globalThis.__finish;
    let error = null;
    try {
      (0, eval)(${JSON.stringify(file.script)});
    } catch (thrown) {
      error = String(thrown);
    }
    return { tests: await finish(${FILE_TIMEOUT_MS - 2_000}), error };
  };`;
}

/** A file that breaks counts as one failed test more. */
function summary(file: string, tests: readonly TestResult[], error: string | null): FileResult {
  const count = (matches: (test: TestResult) => boolean): number => tests.filter(matches).length;
  const passed = count(({ status }) => status === "PASS");
  const skipped = count(({ status }) => status === "PRECONDITION_FAILED");
  const failed = tests.length - passed - skipped + (error === null ? 0 : 1);
  return { file, passed, failed, skipped, total: passed + failed + skipped, tests, error };
}
