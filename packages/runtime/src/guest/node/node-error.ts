import { loadFormat } from "../lazy.ts";

type ErrorClass = new (message: string) => Error;

/** An error as Node's own modules throw them: its class, its text and the stable `code` that programs look at. */
export function nodeError(ErrorType: ErrorClass, code: string, message: string): Error & { code: string } {
  const error = new ErrorType(message);
  // As in Node: the heading of the stack shows the code, the name does not.
  if (typeof error.stack === "string") error.stack = error.stack.replace(/^(\w+)(?=: |\n|$)/, `$1 [${code}]`);
  return Object.assign(error, { code });
}

/** @param expected how Node says it: "of type function", "an instance of Buffer", "one of type string or Buffer" */
export function invalidArgType(name: string, expected: string, value: unknown): Error {
  const what = name.includes(".") ? "property" : "argument";
  const subject = name.endsWith(" argument") ? name : `"${name}" ${what}`;
  return nodeError(TypeError, "ERR_INVALID_ARG_TYPE", `The ${subject} must be ${expected}.${received(value)}`);
}

export function invalidArgValue(name: string, value: unknown, reason = "is invalid"): Error {
  const what = name.includes(".") ? "property" : "argument";
  const shown = loadFormat().inspect(value).slice(0, 128);
  return nodeError(TypeError, "ERR_INVALID_ARG_VALUE", `The ${what} '${name}' ${reason}. Received ${shown}`);
}

export function outOfRange(name: string, range: string, value: unknown): Error {
  const shown = typeof value === "number" ? String(value) : loadFormat().inspect(value);
  return nodeError(
    RangeError,
    "ERR_OUT_OF_RANGE",
    `The value of "${name}" is out of range. It must be ${range}. Received ${shown}`,
  );
}

function received(value: unknown): string {
  if (value === undefined || value === null) return ` Received ${value}`;
  if (typeof value === "function") return ` Received function ${value.name}`;
  if (typeof value === "object") {
    const name = (value as { constructor?: { name?: string } }).constructor?.name;
    if (name !== undefined && name !== "") return ` Received an instance of ${name}`;
    return ` Received ${loadFormat().inspect(value, { depth: -1 })}`;
  }
  const shown = loadFormat().inspect(value);
  return ` Received type ${typeof value} (${shown.length > 28 ? `${shown.slice(0, 25)}...` : shown})`;
}

export function checkFunction(value: unknown, name: string): asserts value is (...args: unknown[]) => unknown {
  if (typeof value !== "function") throw invalidArgType(name, "of type function", value);
}

export function checkString(value: unknown, name: string): asserts value is string {
  if (typeof value !== "string") throw invalidArgType(name, "of type string", value);
}

/** What Node's own modules fail with when a signal aborts them. */
export function abortError(cause: unknown): Error & { code: string } {
  const error = new Error("The operation was aborted", cause === undefined ? {} : { cause });
  return Object.assign(error, { name: "AbortError", code: "ABORT_ERR" });
}
