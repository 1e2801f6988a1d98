import { LIMITS } from "@sluice/core";
import type { PendingRun } from "./cell-events.ts";
import { readRssMb } from "./rss.ts";

/** What a cell's process held when that was too much. */
export interface MemoryOverrun {
  readonly residentMb: number;
  readonly limitMb: number;
}

/** Of an empty cell: Node, the prelude, and room for the engine's own needs. */
const BASE_MB = 192;
const SLACK = 1.25;

/**
 * Resident memory against what the cell's functions declare together, never more than the cell's own limit. V8 counts
 * its heap; buffers, WebAssembly and native memory are caught here.
 */
export function memoryOverrun(pid: number | undefined, neededMb: number, cellMb: number): MemoryOverrun | undefined {
  const residentMb = readRssMb(pid);
  const limitMb = Math.floor(Math.min(cellMb, BASE_MB + neededMb * SLACK));
  if (residentMb === undefined || residentMb <= limitMb) return undefined;
  return { residentMb: Math.ceil(residentMb), limitMb };
}

/** What the functions of a cell may use together: its warm isolates by version key, and its runs. */
export function declaredMb(
  warm: ReadonlyMap<string, number>,
  memoryOf: (key: string) => number | undefined,
  runs: Iterable<PendingRun>,
): number {
  let declared = 0;
  for (const [key, isolates] of warm) declared += isolates * (memoryOf(key) ?? LIMITS.memoryMbDefault);
  for (const run of runs) declared += run.request.version.definition.memoryMb;
  return declared;
}
