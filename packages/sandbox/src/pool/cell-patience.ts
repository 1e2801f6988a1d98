/** A cell with work says something every 250 ms; one that is starting may take longer on a busy machine. */
const SILENT_MS = 1_500;
const BOOT_MS = 30_000;
/** Taking in and compiling a large program keeps a cell from saying anything: at this pace at the least. */
const CODE_BYTES_PER_MS = 5_000;

/** For how long a cell may be silent before it counts as lost. */
export function patienceMs(booted: boolean, largestCodeBytes: number): number {
  return booted ? SILENT_MS + largestCodeBytes / CODE_BYTES_PER_MS : BOOT_MS;
}
