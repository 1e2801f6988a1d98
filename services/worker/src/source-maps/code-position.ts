/** Where V8 says that something is in a function's code: the file that the cell gives every bundle. */
const POSITION = /\/var\/task\/index\.js:(\d{1,7}):(\d{1,7})/g;
const MARKER = "/var/task/index.js:";

/** In the code, counted from 1 as V8 counts them. */
export interface CodePosition {
  readonly line: number;
  readonly column: number;
}

/** A cheap first look: most text names no position. */
export function namesPosition(text: string): boolean {
  return text.includes(MARKER);
}

/** In the order of the text, at most `max`. */
export function positionsIn(text: string, max: number): CodePosition[] {
  const positions: CodePosition[] = [];
  for (const [, line, column] of text.matchAll(POSITION)) {
    if (positions.length >= max) break;
    positions.push({ line: Number(line), column: Number(column) });
  }
  return positions;
}

/** `places` are those of `positionsIn`, in the same order; what has none stays as it is. */
export function replacePositions(text: string, places: readonly (string | null)[]): string {
  let at = 0;
  return text.replaceAll(POSITION, (position) => places[at++] ?? position);
}
