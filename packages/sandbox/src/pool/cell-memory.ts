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
export function memoryOverrun(pid: number | undefined, declaredMb: number, cellMb: number): MemoryOverrun | undefined {
  const residentMb = readRssMb(pid);
  const limitMb = Math.floor(Math.min(cellMb, BASE_MB + declaredMb * SLACK));
  if (residentMb === undefined || residentMb <= limitMb) return undefined;
  return { residentMb: Math.ceil(residentMb), limitMb };
}
