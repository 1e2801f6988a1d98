/**
 * The guest runtime as a cell needs it: a script for every isolate, and parts that an isolate asks for at their first
 * use (`runtime.parts`). In one text, because it travels as one.
 */
export interface GuestRuntime {
  /** Its completion value is `boot(send, call, claims)`. */
  readonly script: string;
  /** Source by number. */
  readonly parts: Readonly<Record<string, string>>;
}

export function formatGuestRuntime(runtime: GuestRuntime): string {
  return JSON.stringify(runtime);
}

export function parseGuestRuntime(text: string): GuestRuntime {
  return JSON.parse(text) as GuestRuntime;
}

/**
 * Answers `runtime.parts`.
 *
 * @param numbers joined by commas
 * @returns code of a function that defines these parts; empty when there is no such part
 */
export function partsSource({ parts }: GuestRuntime, numbers: string): string {
  let code = "";
  for (const number of numbers.split(",")) {
    const part = Object.hasOwn(parts, number) ? parts[number] : undefined;
    if (part === undefined) return "";
    code += part;
  }
  return code;
}
