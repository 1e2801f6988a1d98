import { objectIs, symbolToString, toText } from "../primordials.ts";

const LINE_COLUMNS = 80;

/** Long text with line breaks is shown as a sum of its lines, indented by `indent`. */
export function inspectPrimitive(value: unknown, indent = 0): string {
  switch (typeof value) {
    case "string":
      if (value.length <= 16 || value.length <= LINE_COLUMNS - indent - 4) return quote(value);
      return value
        .split(/(?<=\n)/)
        .map((line) => quote(line))
        .join(` +\n${" ".repeat(indent + 2)}`);
    case "bigint":
      return `${value}n`;
    case "symbol":
      return symbolToString(value);
    default:
      return objectIs(value, -0) ? "-0" : toText(value);
  }
}

const SPECIAL = /[\x00-\x1f\x7f-\x9f\\]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** In the kind of quotes that the text does not hold. */
export function quote(text: string): string {
  let mark = "'";
  if (text.includes("'")) {
    if (!text.includes('"')) mark = '"';
    else if (!text.includes("`") && !text.includes("${")) mark = "`";
  }
  const escaped = text.replace(SPECIAL, escapeChar);
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark;
}

const NAMED: Readonly<Record<string, string>> = {
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\\": "\\\\",
};

function escapeChar(char: string): string {
  const named = NAMED[char];
  if (named !== undefined) return named;
  const hex = char.charCodeAt(0).toString(16).toUpperCase();
  return hex.length > 2 ? `\\u${hex}` : `\\x${hex.padStart(2, "0")}`;
}
