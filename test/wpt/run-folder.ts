import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { TrialPool } from "../sandbox/trial-pool.ts";
import { type FileResult, runFile } from "./run-file.ts";
import { findTestFiles } from "./test-file.ts";

export interface FolderResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly total: number;
  readonly files: readonly FileResult[];
}

/** Runs every test file of a folder in the product's own cells, one after the other. */
export async function runFolder(path: string, onFile: (result: FileResult) => void): Promise<FolderResult> {
  const root = resolve(statSync(path).isFile() ? dirname(path) : path);
  const trial = await TrialPool.start();
  const files: FileResult[] = [];
  try {
    for (const file of findTestFiles(resolve(path))) {
      for (const result of await runFile(trial, file, root)) {
        files.push(result);
        onFile(result);
      }
    }
  } finally {
    await trial.pool.stop();
  }
  const sum = (of: (result: FileResult) => number): number => files.reduce((total, result) => total + of(result), 0);
  return {
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    skipped: sum(({ skipped }) => skipped),
    total: sum(({ total }) => total),
    files,
  };
}
