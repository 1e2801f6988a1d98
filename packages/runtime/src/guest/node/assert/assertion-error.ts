import { inspect } from "../../console/inspect.ts";
import { toText } from "../../primordials.ts";

export interface AssertionDetails {
  readonly message?: unknown;
  readonly actual?: unknown;
  readonly expected?: unknown;
  readonly operator?: string;
  readonly stackStartFn?: unknown;
}

const HEADINGS: Readonly<Record<string, string>> = {
  deepStrictEqual: "Expected values to be strictly deep-equal:",
  partialDeepStrictEqual: "Expected values to be partially and strictly deep-equal:",
  strictEqual: "Expected values to be strictly equal:",
  strictEqualObject: 'Expected "actual" to be reference-equal to "expected":',
  deepEqual: "Expected values to be loosely deep-equal:",
  notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
  notStrictEqual: 'Expected "actual" to be strictly unequal to:',
  notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:',
};

export class AssertionError extends Error {
  generatedMessage: boolean;
  readonly code = "ERR_ASSERTION";
  readonly actual: unknown;
  readonly expected: unknown;
  readonly operator: string | undefined;

  constructor(details: AssertionDetails) {
    const { message, actual, expected, operator, stackStartFn } = details;
    super(message == null ? describe(actual, expected, operator ?? "fail") : toText(message));
    Object.defineProperty(this, "name", { value: "AssertionError", writable: true, configurable: true });
    this.generatedMessage = message == null;
    this.actual = actual;
    this.expected = expected;
    this.operator = operator;
    if (typeof stackStartFn === "function") Error.captureStackTrace(this, stackStartFn);
    this.stack = this.stack?.replace(/^AssertionError/, "AssertionError [ERR_ASSERTION]") ?? "";
  }
}

function describe(actual: unknown, expected: unknown, operator: string): string {
  const [mine, theirs] = [inspect(actual, { depth: 1_000 }), inspect(expected, { depth: 1_000 })];
  const heading = HEADINGS[operator];
  if (heading === undefined) return `${mine} ${operator} ${theirs}`;
  if (operator.startsWith("not")) {
    const separator = mine.includes("\n") ? "\n\n" : " ";
    return `${heading}${separator}${mine}`.concat(separator === " " ? "" : "\n");
  }
  if (operator === "deepEqual") return `${heading}\n\n${mine}\n\nshould loosely deep-equal\n\n${theirs}`;
  const simple = isPrimitive(actual) && isPrimitive(expected);
  if (simple && mine.length + theirs.length < 60 && mine !== theirs) return `${heading}\n\n${mine} !== ${theirs}\n`;
  return `${heading}\n+ actual - expected\n\n${difference(mine.split("\n"), theirs.split("\n"))}\n`;
}

function isPrimitive(value: unknown): boolean {
  return value === null || (typeof value !== "object" && typeof value !== "function");
}

/** Lines of both, those that only one has marked: the longest common subsequence decides. */
function difference(mine: readonly string[], theirs: readonly string[]): string {
  if (mine.length * theirs.length > 250_000)
    return [...mine.map((l) => `+ ${l}`), ...theirs.map((l) => `- ${l}`)].join("\n");
  const common = Array.from({ length: mine.length + 1 }, () => new Uint32Array(theirs.length + 1));
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = mine.length - 1; i >= 0; i--) {
    for (let j = theirs.length - 1; j >= 0; j--) {
      const row = common[i] as Uint32Array;
      row[j] = mine[i] === theirs[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < mine.length || j < theirs.length) {
    if (i < mine.length && mine[i] === theirs[j]) {
      lines.push(`  ${mine[i]}`);
      i++;
      j++;
    } else if (i < mine.length && (j >= theirs.length || at(i + 1, j) >= at(i, j + 1))) lines.push(`+ ${mine[i++]}`);
    else lines.push(`- ${theirs[j++]}`);
  }
  return lines.join("\n");
}
