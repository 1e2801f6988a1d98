import type { OperationName } from "./answer-check.ts";

export type Document = Readonly<Record<string, unknown>>;

/** What earlier answers told, by operation. */
export type Kept = ReadonlyMap<OperationName, string>;

/** One call of a chain that makes, looks at, changes and removes everything that the service has. */
export interface Step {
  readonly operation: OperationName;
  readonly input: Document | ((kept: Kept) => Document);
  /** What answers, where nothing of the kind can be had here. */
  readonly error?: string;
  /** What later steps need of the answer. */
  readonly keep?: (answer: Document) => unknown;
}

/** The step of each operation with the first input that it has, for tests that send it as somebody else. */
export function firstSteps(steps: readonly Step[]): readonly Step[] {
  const first = new Map<OperationName, Step>();
  for (const step of steps) if (!first.has(step.operation)) first.set(step.operation, step);
  return [...first.values()];
}
