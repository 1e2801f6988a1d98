import { invalidArgType } from "../node-error.ts";
import { isDeepStrictEqual } from "../util-module/deep-equal.ts";
import { AssertionError } from "./assertion-error.ts";

/** What `throws` and `rejects` may ask of an error: a class, a pattern, an object of properties or a judge. */
export function checkExpected(error: unknown, expected: unknown, message: unknown, operator: string): void {
  if (expected === undefined) return;
  if (typeof expected === "function") {
    if (expected.prototype !== undefined && error instanceof (expected as unknown as new () => unknown)) return;
    if (Object.prototype.isPrototypeOf.call(Error, expected)) {
      const name = (error as { constructor?: { name?: string } } | null)?.constructor?.name ?? typeof error;
      fail(
        error,
        expected,
        message ??
          `The error is expected to be an instance of "${expected.name}". Received "${name}"\n\n` +
            `Error message:\n\n${messageOf(error)}`,
        operator,
      );
    }
    if (expected.prototype !== undefined && /^class\b/.test(Function.prototype.toString.call(expected))) throw error;
    if (Reflect.apply(expected, {}, [error]) !== true) {
      const name = expected.name === "" ? "" : `"${expected.name}" `;
      fail(
        error,
        expected,
        message ?? `The ${name}validation function is expected to return "true". Received ${String(error)}`,
        operator,
      );
    }
    return;
  }
  if (expected instanceof RegExp) {
    if (expected.test(String(error))) return;
    fail(
      error,
      expected,
      message ?? `The input did not match the regular expression ${String(expected)}. Input:\n\n'${String(error)}'\n`,
      operator,
    );
  }
  if (typeof expected !== "object" || expected === null) {
    throw invalidArgType("expected", "of type function or an instance of Error, RegExp, or Object", expected);
  }
  checkProperties(error, expected, message, operator);
}

function checkProperties(error: unknown, expected: object, message: unknown, operator: string): void {
  const keys = Object.keys(expected);
  if (expected instanceof Error) keys.push("name", "message");
  for (const key of keys) {
    const actual = (error as Record<string, unknown> | null | undefined)?.[key];
    const wanted = (expected as Record<string, unknown>)[key];
    if (wanted instanceof RegExp && typeof actual === "string" && wanted.test(actual)) continue;
    if (isDeepStrictEqual(actual, wanted)) continue;
    const picked = Object.fromEntries(keys.map((each) => [each, (error as Record<string, unknown> | null)?.[each]]));
    const { message: shown } = new AssertionError({ actual: picked, expected, operator: "deepStrictEqual" });
    fail(error, expected, message ?? shown, operator);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function fail(actual: unknown, expected: unknown, message: unknown, operator: string): never {
  if (message instanceof Error) throw message;
  throw new AssertionError({ actual, expected, message, operator });
}
