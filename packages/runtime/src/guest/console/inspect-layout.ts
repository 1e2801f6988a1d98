import type { Inspection } from "./inspection.ts";

export interface Layout {
  /** Before the braces: the text of a function or an error with properties. */
  readonly base: string;
  readonly open: string;
  readonly close: string;
  /** Elements may share lines in columns. */
  readonly isList: boolean;
}

/** How an object is to be written: a heading, braces, and what stands between them. */
export interface Shape extends Layout {
  /** What is shown in its place where the depth ends. */
  readonly name: string;
  parts(depth: number): string[];
}

const LINE_COLUMNS = 80;
/** So many innermost levels may share a line. */
const LEVELS_PER_LINE = 3;
const ITEMS_SHOWN = 100;

/** Puts the parts on one line if they are few and short, else each on its own (Node's `reduceToSingleString`). */
export function layOut(
  inspection: Inspection,
  parts: readonly string[],
  { base, open, close, isList }: Layout,
  depth: number,
  value: object,
): string {
  const rows = isList && parts.length > 6 ? inColumns(inspection, parts, value as readonly unknown[]) : parts;
  const prefix = base === "" ? "" : `${base} `;
  if (inspection.currentDepth - depth < LEVELS_PER_LINE && rows.length === parts.length) {
    const start = rows.length + inspection.indent + open.length + base.length + 10;
    const total = rows.reduce((sum, row) => sum + row.length, rows.length + start);
    if (total <= LINE_COLUMNS && !base.includes("\n") && rows.every((row) => !row.includes("\n"))) {
      return `${prefix}${open} ${rows.join(", ")} ${close}`;
    }
  }
  const margin = `\n${" ".repeat(inspection.indent)}`;
  return `${prefix}${open}${margin}  ${rows.join(`,${margin}  `)}${margin}${close}`;
}

/** Short elements in columns, near a square (Node's `groupArrayElements`). */
function inColumns(inspection: Inspection, parts: readonly string[], value: readonly unknown[]): readonly string[] {
  const shown = parts.length > ITEMS_SHOWN ? parts.length - 1 : parts.length;
  const longest = parts.slice(0, shown).reduce((length, part) => Math.max(length, part.length), 0);
  const total = parts.slice(0, shown).reduce((sum, part) => sum + part.length + 2, 0);
  const cell = longest + 2;
  if (cell * 3 + inspection.indent >= LINE_COLUMNS || (total / cell <= 5 && longest > 6)) return parts;
  const biased = Math.max(cell - 3 - Math.sqrt(cell - total / parts.length), 1);
  const columns = Math.min(
    Math.round(Math.sqrt(2.5 * biased * shown) / biased),
    Math.floor((LINE_COLUMNS - inspection.indent) / cell),
    LEVELS_PER_LINE * 4,
    15,
  );
  if (columns <= 1) return parts;
  const widths = Array.from({ length: columns }, (_, column) => {
    let width = 0;
    for (let at = column; at < shown; at += columns) width = Math.max(width, (parts[at] as string).length);
    return width + 2;
  });
  const numeric = parts.every((_, at) => typeof value[at] === "number" || typeof value[at] === "bigint");
  const rows: string[] = [];
  for (let from = 0; from < shown; from += columns) {
    rows.push(inCells(parts.slice(from, Math.min(from + columns, shown)), widths, numeric));
  }
  return shown < parts.length ? [...rows, parts[shown] as string] : rows;
}

function inCells(cells: readonly string[], widths: readonly number[], numeric: boolean): string {
  const last = cells.length - 1;
  return cells
    .map((cell, column) => {
      const width = widths[column] as number;
      if (numeric) return column === last ? cell.padStart(width - 2) : `${cell}, `.padStart(width);
      return column === last ? cell : `${cell}, `.padEnd(width);
    })
    .join("");
}
