import { stripVTControlCharacters } from "node:util";

const GAP = "  ";

/** Lays rows out in columns, each as wide as its widest cell; the last one is not padded. */
export function columns(rows: readonly (readonly string[])[], indent = ""): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, visibleWidth(cell));
  }
  return rows
    .map((row) => `${indent}${row.map((cell, at) => pad(cell, widths[at] ?? 0)).join(GAP)}`.trimEnd() + "\n")
    .join("");
}

function pad(cell: string, width: number): string {
  return cell + " ".repeat(width - visibleWidth(cell));
}

function visibleWidth(cell: string): number {
  return stripVTControlCharacters(cell).length;
}
