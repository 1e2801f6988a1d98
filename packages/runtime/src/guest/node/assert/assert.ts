import { inspect } from "../../console/inspect.ts";
import { checkFunction, invalidArgType, nodeError } from "../node-error.ts";
import { isDeepLooseEqual, isDeepStrictEqual } from "../util-module/deep-equal.ts";
import { AssertionError } from "./assertion-error.ts";
import { checkExpected } from "./expected-error.ts";

interface Failure {
  readonly actual: unknown;
  readonly expected: unknown;
  readonly message: unknown;
  readonly operator: string;
  readonly from: unknown;
}

function fail({ actual, expected, message, operator, from }: Failure): never {
  if (message instanceof Error) throw message;
  throw new AssertionError({ actual, expected, message, operator, stackStartFn: from });
}

/** Fails with a text that is ours unless the user gave one. */
function failWith(failure: Failure, generated: string): never {
  if (failure.message != null) fail(failure);
  throw Object.assign(new AssertionError({ ...failure, message: generated }), { generatedMessage: true });
}

/** A comparison with its name as the operator. */
function comparison(operator: string, holds: (actual: unknown, expected: unknown) => boolean, shown = operator) {
  const check = (...args: unknown[]): void => {
    const [actual, expected, message] = args;
    if (args.length < 2) {
      throw nodeError(TypeError, "ERR_MISSING_ARGS", 'The "actual" and "expected" arguments must be specified');
    }
    if (holds(actual, expected)) return;
    const bothObjects = [actual, expected].every((value) => typeof value === "object" && value !== null);
    const generated = operator === "strictEqual" && bothObjects ? "strictEqualObject" : shown;
    const text = message ?? new AssertionError({ actual, expected, operator: generated }).message;
    const error =
      text instanceof Error ? text : new AssertionError({ actual, expected, message: text, operator: shown });
    if (message == null) Object.assign(error, { generatedMessage: true });
    throw error;
  };
  Object.defineProperty(check, "name", { value: operator, configurable: true });
  return check;
}

function ok(...args: unknown[]): void {
  const [value, message] = args;
  if (value) return;
  if (args.length === 0) {
    fail({
      actual: value,
      expected: true,
      message: "No value argument passed to `assert.ok()`",
      operator: "==",
      from: ok,
    });
  }
  const text = message ?? "The expression evaluated to a falsy value";
  fail({ actual: value, expected: true, message: text, operator: "==", from: ok });
}

/** A second argument of text is the message. */
function expectation(expected: unknown, message: unknown): { expected: unknown; message: unknown } {
  return typeof expected === "string" ? { expected: undefined, message: expected } : { expected, message };
}

function missing(kind: "exception" | "rejection", given: unknown, text: unknown, operator: string): never {
  const { expected, message } = expectation(given, text);
  const name = typeof expected === "function" && expected.name !== "" ? ` (${expected.name})` : "";
  const suffix = message === undefined ? "." : `: ${message as string}`;
  if (message instanceof Error) throw message;
  const shown = `Missing expected ${kind}${name}${suffix}`;
  throw new AssertionError({ actual: undefined, expected, message: shown, operator });
}

function throws(run: unknown, expected?: unknown, message?: unknown): void {
  checkFunction(run, "fn");
  try {
    run();
  } catch (error) {
    const wanted = expectation(expected, message);
    checkExpected(error, wanted.expected, wanted.message, "throws");
    return;
  }
  missing("exception", expected, message, "throws");
}

function doesNotThrow(run: unknown, expected?: unknown, message?: unknown): void {
  checkFunction(run, "fn");
  try {
    run();
  } catch (error) {
    unwanted(error, expected, message, "exception", "doesNotThrow");
  }
}

function unwanted(error: unknown, given: unknown, text: unknown, kind: string, operator: string): never {
  const { expected, message } = expectation(given, text);
  if (typeof expected === "function" && !(error instanceof (expected as unknown as new () => unknown))) throw error;
  const suffix = message === undefined ? "." : `: ${message as string}`;
  const actual = error instanceof Error ? error.message : String(error);
  const shown = `Got unwanted ${kind}${suffix}\nActual message: "${actual}"`;
  throw new AssertionError({ actual: error, expected, message: shown, operator });
}

function promiseOf(source: unknown): PromiseLike<unknown> {
  const promise = typeof source === "function" ? (source as () => unknown)() : source;
  if (typeof (promise as { then?: unknown } | null | undefined)?.then === "function")
    return promise as Promise<unknown>;
  if (typeof source !== "function")
    throw invalidArgType("promiseFn", "of type function or an instance of Promise", source);
  throw nodeError(
    TypeError,
    "ERR_INVALID_RETURN_VALUE",
    `Expected instance of Promise to be returned from the "promiseFn" function but got ${inspect(promise)}.`,
  );
}

async function rejects(source: unknown, expected?: unknown, message?: unknown): Promise<void> {
  try {
    await promiseOf(source);
  } catch (error) {
    const wanted = expectation(expected, message);
    checkExpected(error, wanted.expected, wanted.message, "rejects");
    return;
  }
  missing("rejection", expected, message, "rejects");
}

async function doesNotReject(source: unknown, expected?: unknown, message?: unknown): Promise<void> {
  try {
    await promiseOf(source);
  } catch (error) {
    unwanted(error, expected, message, "rejection", "doesNotReject");
  }
}

function matching(operator: "match" | "doesNotMatch") {
  return (text: unknown, pattern: RegExp, message?: unknown): void => {
    if (!(pattern instanceof RegExp)) throw invalidArgType("regexp", "an instance of RegExp", pattern);
    if (typeof text === "string" && pattern.test(text) === (operator === "match")) return;
    const did =
      operator === "match"
        ? "did not match the regular expression"
        : "was expected to not match the regular expression";
    const generated =
      typeof text === "string"
        ? `The input ${did} ${inspect(pattern)}. Input:\n\n${inspect(text)}\n`
        : `The "string" argument must be of type string. Received type ${typeof text} (${inspect(text)})`;
    failWith({ actual: text, expected: pattern, message, operator, from: matching }, generated);
  };
}

function ifError(value: unknown): void {
  if (value == null) return;
  const text = value instanceof Error ? value.message : inspect(value);
  const message = `ifError got unwanted exception: ${text}`;
  fail({ actual: value, expected: null, message, operator: "ifError", from: ifError });
}

function failNow(message?: unknown): never {
  return failWith({ actual: undefined, expected: undefined, message, operator: "fail", from: failNow }, "Failed");
}

const loosely = (a: unknown, b: unknown): boolean =>
  // oxlint-disable-next-line eqeqeq -- the loose form is what was asked for
  a == b || (Number.isNaN(a) && Number.isNaN(b));
const strictForms = {
  equal: comparison("strictEqual", Object.is),
  notEqual: comparison("notStrictEqual", (a, b) => !Object.is(a, b)),
  deepEqual: comparison("deepStrictEqual", isDeepStrictEqual),
  notDeepEqual: comparison("notDeepStrictEqual", (a, b) => !isDeepStrictEqual(a, b)),
};
const shared = {
  ok,
  fail: failNow,
  throws,
  doesNotThrow,
  rejects,
  doesNotReject,
  match: matching("match"),
  doesNotMatch: matching("doesNotMatch"),
  ifError,
  AssertionError,
  strictEqual: strictForms.equal,
  notStrictEqual: strictForms.notEqual,
  deepStrictEqual: strictForms.deepEqual,
  notDeepStrictEqual: strictForms.notDeepEqual,
};
const looseForms = {
  equal: comparison("equal", loosely, "=="),
  notEqual: comparison("notEqual", (a, b) => !loosely(a, b), "!="),
  deepEqual: comparison("deepEqual", isDeepLooseEqual),
  notDeepEqual: comparison("notDeepEqual", (a, b) => !isDeepLooseEqual(a, b)),
};

/** `node:assert/strict`, where the short names are the strict forms. */
export const strict = Object.assign((...args: unknown[]): void => ok(...args), shared, strictForms);
Object.assign(strict, { strict });

/** `node:assert`. */
export const assert = Object.assign((...args: unknown[]): void => ok(...args), shared, looseForms, { strict });
