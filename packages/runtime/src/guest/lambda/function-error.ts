import { type FunctionError, LIMITS } from "@sluice/core";
import {
  IntrinsicError,
  isNativeError,
  jsonStringify,
  objectToString,
  setOwn,
  stringIncludes,
  stringIndexOf,
  stringSlice,
  stringStartsWith,
  toText,
} from "../primordials.ts";

/** Also the name under which V8 lists the prelude in stack traces (`bundle-prelude.ts` sets it). */
export const PRELUDE_FILE = "sluice:runtime";

const NAME_CHARS = 256;

/**
 * Turns whatever was thrown into text, here in the guest, under the guest's deadline and memory limit: reading a
 * property of a thrown value may run user code (getters, Proxy traps, `Error.prepareStackTrace`), which may throw, loop
 * or answer with anything. Each read stands alone, so one bad property does not cost the others.
 */
export function describeError(thrown: unknown): FunctionError {
  if (!isErrorLike(thrown)) {
    return { errorType: thrown === null ? "null" : typeof thrown, errorMessage: describeValue(thrown), trace: [] };
  }
  const name = classNameOf(thrown);
  const message = textOf(thrown, "message") ?? "";
  return {
    errorType: stringSlice(name, 0, NAME_CHARS),
    errorMessage: clip(message),
    trace: traceOf(thrown, name, message),
  };
}

/** JSON of a FunctionError, built from strings alone: no `toJSON` of the user's is ever asked. */
export function functionErrorJson(error: FunctionError): string {
  let trace = "";
  for (let at = 0; at < error.trace.length; at++) {
    trace += `${at === 0 ? "" : ","}${jsonStringify(error.trace[at])}`;
  }
  const explanation = error.explanation === undefined ? "" : `,"explanation":${jsonStringify(error.explanation)}`;
  return (
    `{"errorType":${jsonStringify(error.errorType)},"errorMessage":${jsonStringify(error.errorMessage)},` +
    `"trace":[${trace}]${explanation}}`
  );
}

function isErrorLike(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (isNativeError(value) || textOf(value, "stack") !== undefined) return true;
  try {
    // A Proxy of an error, or an object made with an error's prototype.
    return value instanceof IntrinsicError;
  } catch {
    return false;
  }
}

/** The error's `name`, or its class's where the name is only that of the base class. */
function classNameOf(error: object): string {
  const name = textOf(error, "name") ?? "";
  if (name !== "" && name !== "Error") return name;
  try {
    const className = textOf((error as { constructor: object }).constructor, "name");
    if (className !== undefined && className !== "" && className !== "Object") return className;
  } catch {
    // A getter that throws leaves the plain name.
  }
  return name === "" ? "Error" : name;
}

function textOf(owner: object, key: string): string | undefined {
  try {
    const value = (owner as Record<string, unknown>)[key];
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

function describeValue(value: unknown): string {
  try {
    if (typeof value === "object" && value !== null) {
      const json = jsonStringify(value);
      if (typeof json === "string" && json !== "{}") return clip(json);
    }
    return clip(
      value !== null && (typeof value === "object" || typeof value === "function")
        ? objectToString(value)
        : toText(value),
    );
  } catch {
    return "a value that cannot be shown";
  }
}

function clip(text: string): string {
  if (text.length <= LIMITS.errorTextChars) return text;
  return `${stringSlice(text, 0, LIMITS.errorTextChars)}… (${text.length - LIMITS.errorTextChars} more characters)`;
}

/** The stack in lines, without frames of the prelude, cut off at LIMITS.errorTextChars in all. */
function traceOf(error: object, name: string, message: string): string[] {
  const stack = textOf(error, "stack");
  if (stack === undefined) return [clip(message === "" ? name : `${name}: ${message}`)];
  const lines: string[] = [];
  let count = 0;
  eachLine(stringSlice(stack, 0, LIMITS.errorTextChars), (line) => {
    if (!isPreludeFrame(line)) setOwn(lines, count++, line);
  });
  return lines;
}

/** The frames of user code in a stack, each on a line of its own; empty when it has none or cannot be read. */
export function framesOf(error: object): string {
  let frames = "";
  eachLine(textOf(error, "stack") ?? "", (line) => {
    if (isFrame(line) && !isPreludeFrame(line)) frames += `\n${line}`;
  });
  return frames;
}

function eachLine(text: string, visit: (line: string) => void): void {
  let from = 0;
  while (from <= text.length) {
    const newline = stringIndexOf(text, "\n", from);
    const to = newline < 0 ? text.length : newline;
    visit(stringSlice(text, from, to));
    from = to + 1;
  }
}

function isFrame(line: string): boolean {
  return stringStartsWith(line, "    at ");
}

function isPreludeFrame(line: string): boolean {
  return isFrame(line) && (stringIncludes(line, PRELUDE_FILE) || stringIncludes(line, "<isolated-vm"));
}
