import { jsonStringify } from "../primordials.ts";
import { inspect, inspectPrimitive, type InspectOptions } from "./inspect.ts";

export { inspect };

/** Node's `util.format`: printf-like when the first argument is text, and everything else joined by spaces. */
export function format(args: readonly unknown[]): string {
  const [first] = args;
  let text = "";
  let next = 0;
  if (typeof first === "string") {
    next = 1;
    text = args.length === 1 ? first : first.replace(/%[sdifjoOc%]/g, (directive) => {
      if (directive === "%%") return "%";
      if (next >= args.length) return directive;
      return formatDirective(directive, args[next++]);
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
      return typeof value === "object" || typeof value === "symbol" ? "NaN" : asNumber(value, Number);
    case "%i":
      return typeof value === "object" || typeof value === "symbol"
        ? "NaN"
        : asNumber(value, (input) => Number.parseInt(String(input), 10));
    case "%f":
      return typeof value === "symbol" ? "NaN" : asNumber(value, (input) => Number.parseFloat(String(input)));
    case "%j":
      return asJson(value);
    case "%o":
      return inspect(value, { depth: 4, showHidden: true } satisfies InspectOptions);
    case "%O":
      return inspect(value);
    default:
      return "";
  }
}

function asText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return typeof value === "function" ? String(value) : inspectPrimitive(value);
  const own = (value as { toString?: unknown }).toString;
  if (typeof own === "function" && own !== Object.prototype.toString && own !== Array.prototype.toString) {
    return String(value);
  }
  return inspect(value, { depth: 0 });
}

function asNumber(value: unknown, convert: (value: unknown) => number): string {
  if (typeof value === "bigint") return `${value}n`;
  return inspectPrimitive(convert(value));
}

function asJson(value: unknown): string {
  try {
    return jsonStringify(value) ?? "undefined";
  } catch (error) {
    if (error instanceof TypeError && /circular/i.test(error.message)) return "[Circular]";
    throw error;
  }
}
