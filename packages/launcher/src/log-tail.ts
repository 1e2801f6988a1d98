import { closeSync, fstatSync, openSync, readSync } from "node:fs";

const TAIL_BYTES = 4_096;

/** The last lines of a log file, for the message that says why its process ended; "" when there is no such file. */
export function readTail(path: string, lines: number): string {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(file, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString("utf8").trimEnd().split("\n").slice(-lines).join("\n");
  } catch {
    return "";
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
