import { jsonStringify, toText } from "../primordials.ts";
import { inspect } from "./inspect.ts";
import { inspectPrimitive } from "./inspect-primitive.ts";

export { inspect };

/** Node's `util.format`: printf-like when the first argument is text, and everything else joined by spaces. */
export function format(args: readonly unknown[]): string {
  const [first] = args;
  let text = "";
  let next = 0;
  if (typeof first === "string") {
    next = 1;
    text = first.replace(/%[sdifjoOc%]/g, (directive) => {
      if (directive === "%%") return "%";
      return next < args.length ? formatDirective(directive, args[next++]) : directive;
    });
  }
  for (; next < args.length; next++) {
    const argument = args[next];
    const shown = typeof argument === "string" ? argument : inspect(argument);
    text += next === 0 ? shown : ` ${shown}`;
  }
  return text;
}

function formatDirective(directive: string, value: unknown): string {
  switch (directive) {
    case "%s":
      return asText(value);
    case "%d":
      return asNumber(value, Number);
    case "%i":
      return asNumber(value, (input) => Number.parseInt(String(input), 10));
    case "%f":
      return typeof value === "symbol" ? "NaN" : inspectPrimitive(Number.parseFloat(String(value)));
    case "%j":
      return asJson(value);
    case "%o":
      return inspect(value, { depth: 4 });
    case "%O":
      return inspect(value);
    default:
      return "";
  }
}

function asText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) {
    return typeof value === "function" && !hasOwnText(value) ? toText(value) : inspectPrimitive(value);
  }
  return hasOwnText(value) ? toText(value) : inspect(value, { depth: 0 });
}

const BUILT_IN = /^(?:Object|Array|Date|RegExp|Function|\w*Error|\w*Array|Number|String|Boolean|Symbol|BigInt)$/;

/** True when a class of the user's says how it is written as text. */
function hasOwnText(value: object): boolean {
  if (typeof (value as { toString?: unknown }).toString !== "function") return false;
  if (Object.hasOwn(value, "toString") || Symbol.toPrimitive in value) return !(value instanceof Date);
  let prototype: object | null = Object.getPrototypeOf(value);
  while (prototype !== null && !Object.hasOwn(prototype, "toString")) prototype = Object.getPrototypeOf(prototype);
  const maker = prototype?.constructor;
  return maker !== undefined && !BUILT_IN.test(maker.name);
}

function asNumber(value: unknown, convert: (value: unknown) => number): string {
  if (typeof value === "bigint") return `${value}n`;
  return typeof value === "symbol" || typeof value === "object" ? "NaN" : inspectPrimitive(convert(value));
}

function asJson(value: unknown): string {
  try {
    return jsonStringify(value) ?? "undefined";
  } catch (error) {
    if (error instanceof TypeError && /circular/i.test(error.message)) return "[Circular]";
    throw error;
  }
}
