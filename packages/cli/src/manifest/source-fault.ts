import type { Styles } from "../terminal/style.ts";

/** Something wrong in a file of the user's: where, and what to write instead. */
export interface SourceFault {
  /** As shown: relative to where the command runs. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** Dotted path in the document (`functions.thumb.memoryMb`); empty for faults of syntax or code. */
  readonly path: string;
  readonly message: string;
  readonly sourceLine: string;
}

const WIDEST_SOURCE = 160;

/** The fault, its source line and a caret under the place. */
export function formatFault(fault: SourceFault, styles: Styles): string {
  const { file, line, column, path, message, sourceLine } = fault;
  const head = [styles.bold(`${file}:${line}:${column}`), ...(path === "" ? [] : [path]), message].join("  ");
  const number = String(line);
  // A line of minified code would fill the screen; what matters is around the caret.
  const from = column > WIDEST_SOURCE ? column - WIDEST_SOURCE / 2 : 0;
  const shown = sourceLine.slice(from, from + WIDEST_SOURCE).replaceAll("\t", " ");
  const caret = `${" ".repeat(Math.max(0, column - 1 - from))}${styles.bad("^")}`;
  const margin = " ".repeat(number.length);
  return `${head}\n  ${styles.dim(`${number} |`)} ${shown}\n  ${styles.dim(`${margin} |`)} ${caret}\n`;
}

/** In the order in which a reader meets them. */
export function sortFaults(faults: readonly SourceFault[]): SourceFault[] {
  return [...faults].sort(
    (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  );
}
