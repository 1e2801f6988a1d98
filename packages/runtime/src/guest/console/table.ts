import { inspect } from "./format.ts";

const INDEX = "(index)";
const VALUES = "Values";

/** Node's table, or undefined when `data` is not tabular. */
export function formatTable(data: unknown, columns: unknown): string | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const rows = rowsOf(data);
  const names: string[] = [];
  let plainValues = false;
  const cells = rows.map(([index, row]) => {
    const cell = new Map<string, string>([[INDEX, index]]);
    if (typeof row === "object" && row !== null) {
      for (const key of Array.isArray(columns) ? columns.map(String) : Object.keys(row)) {
        if (!names.includes(key)) names.push(key);
        if (Object.hasOwn(row, key)) cell.set(key, inspect((row as Record<string, unknown>)[key], { depth: 0 }));
      }
    } else {
      plainValues = true;
      cell.set(VALUES, inspect(row));
    }
    return cell;
  });
  return draw([INDEX, ...names, ...(plainValues ? [VALUES] : [])], cells);
}

function rowsOf(data: object): [string, unknown][] {
  if (data instanceof Map) return [...data].map(([key, value], at) => [String(at), { Key: key, Values: value }]);
  if (data instanceof Set) return [...data].map((value, at) => [String(at), value]);
  return Object.entries(data);
}

function draw(names: readonly string[], rows: readonly ReadonlyMap<string, string>[]): string {
  const widths = names.map(
    (name) => rows.reduce((width, row) => Math.max(width, (row.get(name) ?? "").length), name.length) + 2,
  );
  const rule = (left: string, middle: string, right: string): string =>
    left + widths.map((width) => "─".repeat(width)).join(middle) + right;
  const line = (texts: readonly string[]): string =>
    `│${texts.map((text, at) => ` ${text}`.padEnd(widths[at] as number)).join("│")}│`;
  return [
    rule("┌", "┬", "┐"),
    line(names),
    rule("├", "┼", "┤"),
    ...rows.map((row) => line(names.map((name) => row.get(name) ?? ""))),
    rule("└", "┴", "┘"),
  ].join("\n");
}
