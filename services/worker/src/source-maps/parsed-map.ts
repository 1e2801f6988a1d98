import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import type { CodePosition } from "./code-position.ts";

const SOURCE_CHARS_MAX = 256;

/** A source map of a user's; nothing about it can be relied on. */
export type ParsedMap = (position: CodePosition) => string | null;

/** Never throws: what is not a source map maps nothing. */
export function parseMap(bytes: Uint8Array): ParsedMap {
  try {
    const map = new TraceMap(Buffer.from(bytes).toString());
    return (position) => lookUp(map, position);
  } catch {
    return () => null;
  }
}

function lookUp(map: TraceMap, { line, column }: CodePosition): string | null {
  try {
    // Columns: V8 and people count from 1, source maps from 0.
    const found = originalPositionFor(map, { line: Math.max(1, line), column: Math.max(0, column - 1) });
    if (typeof found.source !== "string" || typeof found.line !== "number") return null;
    return `${printable(found.source)}:${found.line}:${found.column + 1}`;
  } catch {
    return null;
  }
}

/** The name goes into log lines, and into JSON inside of them: it must not end a line or a string there. */
function printable(source: string): string {
  return source.slice(0, SOURCE_CHARS_MAX).replace(/["\\\p{Cc}\p{Cf}\u2028\u2029]/gu, "_");
}
