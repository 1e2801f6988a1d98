import { readFileSync } from "node:fs";

const PAGE_BYTES = 4_096;

/** Resident memory of a process in MiB; undefined when it is gone or the platform has no /proc. */
export function readRssMb(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined;
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")[1]);
    return (pages * PAGE_BYTES) / 1_048_576;
  } catch {
    return undefined;
  }
}
