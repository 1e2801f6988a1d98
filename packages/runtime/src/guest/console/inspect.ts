import {
  bigintValueOf,
  dateGetTime,
  dateToISOString,
  functionToString,
  isArray,
  isNativeError,
  numberIsFinite,
  objectGetPrototypeOf,
  objectIs,
  objectToString,
  stringIncludes,
  stringSlice,
  stringStartsWith,
  symbolFor,
  symbolToString,
  toText,
} from "../primordials.ts";
import { inspectArray, inspectBytes, inspectMap, inspectProperties, inspectSet, join } from "./inspect-parts.ts";
import { inspectError } from "./inspect-error.ts";

/** How deep objects are shown by default, as in Node. */
const DEPTH = 2;

export interface Inspection {
  readonly depth: number;
  readonly seen: readonly object[];
  /** Columns already used on the line, which shortens what fits on it. */
  readonly indent: number;
  readonly showHidden: boolean;
}

export interface InspectOptions {
  readonly depth?: number | null;
  readonly showHidden?: boolean;
}

const customInspect = symbolFor("nodejs.util.inspect.custom");

/** Shows a value as Node's `util.inspect` does, in its usual layout. */
export function inspect(value: unknown, options: InspectOptions = {}): string {
  const depth = options?.depth === null ? Infinity : (options?.depth ?? DEPTH);
  return inspectValue(value, { depth, seen: [], indent: 0, showHidden: options?.showHidden === true });
}

export function inspectValue(value: unknown, at: Inspection): string {
  if ((typeof value === "object" && value !== null) || typeof value === "function") {
    try {
      return inspectObject(value, at);
    } catch (error) {
      // A Proxy trap or a getter threw; a log line must not take the function down.
      return `[Uninspectable: ${isNativeError(error) ? toText((error as Error).message) : "it threw"}]`;
    }
  }
  return inspectPrimitive(value);
}

export function inspectPrimitive(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "symbol") return symbolToString(value);
  return objectIs(value, -0) ? "-0" : toText(value);
}

/** In the kind of quotes that the text does not hold, as Node does. */
export function quote(text: string): string {
  const mark = !stringIncludes(text, "'") ? "'" : !stringIncludes(text, '"') ? '"' : stringIncludes(text, "`") ? "'" : "`";
  const escaped = text.replace(/[\x00-\x1f\x7f-\x9f\\]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, escapeChar);
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark;
}

function escapeChar(char: string): string {
  switch (char) {
    case "\n":
      return "\\n";
    case "\t":
      return "\\t";
    case "\r":
      return "\\r";
    case "\b":
      return "\\b";
    case "\f":
      return "\\f";
    case "\v":
      return "\\v";
    case "\\":
      return "\\\\";
  }
  const code = char.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).toUpperCase().padStart(2, "0")}` : `\\u${code.toString(16).toUpperCase()}`;
}

function inspectObject(value: object, at: Inspection): string {
  if (at.seen.includes(value)) return "[Circular *1]";
  const custom = (value as Record<symbol, unknown>)[customInspect];
  if (typeof custom === "function") {
    const shown: unknown = custom.call(value, at.depth, { depth: at.depth }, inspect);
    if (shown !== value) return typeof shown === "string" ? shown : inspectValue(shown, at);
  }
  const name = classNameOf(value);
  const inner: Inspection = { ...at, depth: at.depth - 1, seen: [...at.seen, value], indent: at.indent + 2 };
  const shown = inspectByKind(value, name, at, inner);
  // The object that a circle leads back to is marked, as in Node.
  return shown.includes("[Circular *1]") && at.seen.length === 0 ? `<ref *1> ${shown}` : shown;
}

function inspectByKind(value: object, name: string | null, at: Inspection, inner: Inspection): string {
  if (isNativeError(value)) return inspectError(value as Error, inner);
  if (typeof value === "function") return inspectFunction(value, inner);
  const tag = stringSlice(objectToString(value), 8, -1);
  if (at.depth < 0) return isArray(value) ? "[Array]" : `[${name ?? "Object: null prototype"}]`;
  if (isArray(value)) return inspectArray(value, name, inner);
  try {
    const special = inspectSpecial(value, tag, name, inner);
    if (special !== undefined) return special;
  } catch {
    // The tag lied: it is shown as the plain object that it is.
  }
  return inspectPlain(value, tag, name, inner);
}

function inspectSpecial(value: object, tag: string, name: string | null, inner: Inspection): string | undefined {
  switch (tag) {
    case "Date": {
      const time = dateGetTime(value as Date);
      return withProperties(numberIsFinite(time) ? dateToISOString(value as Date) : "Invalid Date", value, inner);
    }
    case "RegExp":
      return withProperties(RegExp.prototype.toString.call(value), value, inner);
    case "Map":
      return inspectMap(value as Map<unknown, unknown>, name, inner);
    case "Set":
      return inspectSet(value as Set<unknown>, name, inner);
    case "ArrayBuffer":
    case "SharedArrayBuffer":
    case "DataView":
      return inspectBytes(value, tag, inner);
    case "Number":
    case "String":
    case "Boolean":
      return `[${tag}: ${inspectPrimitive(value.valueOf())}]`;
    case "BigInt":
      return `[BigInt: ${bigintValueOf(value as unknown as bigint)}n]`;
    case "Symbol":
      return `[Symbol: ${String((value as unknown as symbol).valueOf().toString())}]`;
    case "Promise":
      return "Promise { <state unknown> }";
    case "WeakMap":
    case "WeakSet":
      return `${tag} { <items unknown> }`;
  }
  return ArrayBuffer.isView(value) ? inspectArray(value as unknown as unknown[], name, inner) : undefined;
}

function inspectPlain(value: object, tag: string, name: string | null, inner: Inspection): string {
  const suffix = tag !== "Object" && tag !== name ? ` [${tag}]` : "";
  const prefix = name === null ? "[Object: null prototype]" : name === "Object" && suffix === "" ? "" : name;
  const parts = inspectProperties(value, inner);
  const head = prefix + suffix;
  if (parts.length === 0) return head === "" ? "{}" : `${head} {}`;
  return join(head === "" ? "" : `${head} `, "{", parts, "}", inner);
}

function inspectFunction(value: object, inner: Inspection): string {
  const source = functionToString(value as () => void);
  const name = (value as { name?: unknown }).name;
  let shown: string;
  if (stringStartsWith(source, "class") && !stringStartsWith(source, "class(")) {
    const parent = (objectGetPrototypeOf(value) as { name?: string } | null)?.name;
    shown = `[class ${name ? toText(name) : "(anonymous)"}${parent ? ` extends ${parent}` : ""}]`;
  } else {
    const kind = stringSlice(objectToString(value), 8, -1);
    shown = name ? `[${kind}: ${toText(name)}]` : `[${kind} (anonymous)]`;
  }
  return withProperties(shown, value, inner);
}

function withProperties(shown: string, value: object, inner: Inspection): string {
  const parts = inner.depth < -1 ? [] : inspectProperties(value, inner);
  return parts.length === 0 ? shown : join(`${shown} `, "{", parts, "}", inner);
}

function classNameOf(value: object): string | null {
  let prototype: object | null = value;
  for (let hops = 0; prototype !== null && hops < 50; hops++) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, "constructor");
    const name = (descriptor?.value as { name?: unknown } | undefined)?.name;
    if (typeof name === "string" && name !== "") return name;
    prototype = objectGetPrototypeOf(prototype);
  }
  return null;
}
