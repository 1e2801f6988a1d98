/** Where JSON text stops being JSON. Lines and columns count from 1, the offset from 0, in UTF-16 units. */
export interface JsonFault {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

const SPACE = /[ \t\n\r]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const SCALAR = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.+-])|(?:true|false|null)\b/y;

/**
 * Finds the fault in text that `JSON.parse` refused; V8's own message leaves the position out for most faults. Keeps a
 * stack of open brackets instead of recursing, because hostile input nests without end.
 */
export function locateJsonFault(text: string): JsonFault {
  const open: ("{" | "[")[] = [];
  let at = skip(text, SPACE, 0);
  let expected: "value" | "key" | "after" = "value";
  let mayClose = false;
  for (;;) {
    const char = text[at];
    if (char === undefined) return fault(text, at, "it ends too early");
    const inside = open.at(-1);
    if (expected === "after") {
      if (char === (inside === "{" ? "}" : "]") && inside !== undefined) {
        open.pop();
        at += 1;
      } else if (inside !== undefined && char === ",") {
        at += 1;
        expected = inside === "{" ? "key" : "value";
        mayClose = false;
      } else return fault(text, at, inside === undefined ? "there is more after the end" : "',' or the end is missing");
    } else if (mayClose && char === (inside === "{" ? "}" : "]")) {
      open.pop();
      at += 1;
      expected = "after";
    } else if (expected === "key") {
      if (char !== '"') return fault(text, at, "a key in double quotes is missing");
      const key = scanString(text, at);
      if (!key.ok) return fault(text, key.at, key.message);
      at = skip(text, SPACE, key.at);
      if (text[at] !== ":") return fault(text, at, "':' is missing");
      at += 1;
      expected = "value";
      mayClose = false;
    } else if (char === "{" || char === "[") {
      open.push(char);
      at += 1;
      expected = char === "{" ? "key" : "value";
      mayClose = true;
    } else {
      const value = char === '"' ? scanString(text, at) : scanScalar(text, at);
      if (!value.ok) return fault(text, value.at, value.message);
      at = value.at;
      expected = "after";
    }
    at = skip(text, SPACE, at);
  }
}

function skip(text: string, pattern: RegExp, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

type Scan =
  | { readonly ok: true; readonly at: number }
  | { readonly ok: false; readonly at: number; readonly message: string };

const BAD_STRING = "a string has a bad character or no end";

/** By hand rather than by pattern: a string may be megabytes long, which a backtracking pattern does not survive. */
function scanString(text: string, start: number): Scan {
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text[at] as string;
    if (char === '"') return { ok: true, at: at + 1 };
    if (char < " ") return { ok: false, at, message: BAD_STRING };
    if (char !== "\\") continue;
    const end = skip(text, ESCAPE, at);
    if (end === at) return { ok: false, at, message: BAD_STRING };
    at = end - 1;
  }
  return { ok: false, at: text.length, message: BAD_STRING };
}

function scanScalar(text: string, at: number): Scan {
  const end = skip(text, SCALAR, at);
  return end > at ? { ok: true, at: end } : { ok: false, at, message: `unexpected ${JSON.stringify(text[at])}` };
}

function fault(text: string, offset: number, message: string): JsonFault {
  let line = 1;
  let lineStart = 0;
  for (let next = text.indexOf("\n"); next >= 0 && next < offset; next = text.indexOf("\n", next + 1)) {
    line += 1;
    lineStart = next + 1;
  }
  return { offset, line, column: offset - lineStart + 1, message };
}
