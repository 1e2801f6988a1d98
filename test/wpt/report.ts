import type { FileResult } from "./run-file.ts";

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly total: number;
}

export function describeCounts(name: string, { passed, failed, skipped, total }: Counts): string {
  const also = skipped === 0 ? "" : `, ${skipped} skipped`;
  return `${name}: ${passed} passed, ${failed} failed${also}, ${total} total`;
}

/** A line for the file and one for each test that did not pass. */
export function describeFile(result: FileResult): string {
  const lines = [describeCounts(result.file, result)];
  if (result.error !== null) lines.push(`  ERROR ${result.error}`);
  for (const { name, status, message } of result.tests) {
    if (status !== "PASS") lines.push(`  ${status} ${name}${message === null ? "" : `: ${message}`}`);
  }
  return lines.join("\n");
}
