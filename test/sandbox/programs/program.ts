/** One hostile program and how it must end. */
export interface Program {
  readonly name: string;
  /** CommonJS body. */
  readonly code: string;
  readonly timeoutMs?: number;
  readonly initTimeoutMs?: number;
  readonly memoryMb?: number;
  /** What its run comes to: error types that are right, or the value it returns. */
  readonly ends: { readonly in: readonly string[]; readonly saying?: RegExp } | { readonly value: unknown };
}

export const TIMED_OUT = "Sandbox.Timedout";
export const OUT_OF_MEMORY = "Runtime.OutOfMemory";
export const EXITED = "Runtime.ExitError";

/** A handler from its body. */
export function handler(body: string): string {
  return `exports.handler = async (event, context) => { ${body} };`;
}
