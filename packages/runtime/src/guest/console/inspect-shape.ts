import {
  dateGetTime,
  dateToISOString,
  functionToString,
  isArray,
  isNativeError,
  mapSize,
  objectGetPrototypeOf,
  objectToString,
  regExpFlags,
  regExpSource,
  setSize,
  typedArrayTag,
} from "../primordials.ts";
import { inspectError } from "./inspect-error.ts";
import type { Shape } from "./inspect-layout.ts";
import { bufferParts, elementParts, mapParts, propertyParts, setParts, viewParts } from "./inspect-parts.ts";
import { inspectPrimitive } from "./inspect-primitive.ts";
import type { Inspection } from "./inspection.ts";

/** Text, when nothing is to stand between braces. */
export function shapeOf(inspection: Inspection, value: object, depth: number): Shape | string {
  const className = classNameOf(value);
  const tag = tagOf(value, className);
  const own = (at: number): string[] => propertyParts(inspection, value, at);
  const hasOwn = Reflect.ownKeys(value).some((key) => Reflect.getOwnPropertyDescriptor(value, key)?.enumerable);
  const plain = (base: string): Shape | string =>
    hasOwn ? { base, open: "{", close: "}", isList: false, name: className ?? "Object", parts: own } : base;
  if (isNativeError(value)) return inspectError(inspection, value as Error, depth);
  if (typeof value === "function") return plain(functionHeading(value, className));
  if (isArray(value)) {
    const prefix = className === "Array" && tag === "" ? "" : prefixOf(className, tag, "Array", `(${value.length})`);
    if (value.length === 0 && !hasOwn) return `${prefix}[]`;
    return list(prefix, className ?? "Array", (at) => elementParts(inspection, value, at));
  }
  const special = specialShape(inspection, value, className, tag, plain);
  if (special !== undefined) return special;
  const prefix = className === "Object" && tag === "" ? "" : prefixOf(className, tag, "Object", "");
  if (!hasOwn) return `${prefix}{}`;
  return { base: "", open: `${prefix}{`, close: "}", isList: false, name: nameOf(className, tag), parts: own };
}

function list(prefix: string, name: string, parts: (depth: number) => string[]): Shape {
  return { base: "", open: `${prefix}[`, close: "]", isList: true, name, parts };
}

function braces(prefix: string, name: string, parts: (depth: number) => string[]): Shape {
  return { base: "", open: `${prefix}{`, close: "}", isList: false, name, parts };
}

type Prefix = (fallback: string, size?: string) => string;
type Plain = (base: string) => Shape | string;

/** Undefined for plain objects, and where a tag of the user's own only pretends. */
function specialShape(
  inspection: Inspection,
  value: object,
  className: string | null,
  tag: string,
  plain: Plain,
): Shape | string | undefined {
  const kind = objectToString(value).slice(8, -1);
  const prefix: Prefix = (fallback, size = "") => prefixOf(className, tag, fallback, size);
  try {
    if (ArrayBuffer.isView(value) && kind !== "DataView") {
      const view = value as Uint8Array;
      const heading = prefix(typedArrayTag(value), `(${view.length})`);
      if (view.length === 0) return `${heading}[]`;
      return list(heading, className ?? kind, (at) => elementParts(inspection, view as unknown as unknown[], at));
    }
    return collectionShape(inspection, value, kind, prefix, plain) ?? valueShape(value, kind, prefix, plain);
  } catch {
    // The tag lied: it is shown as the plain object that it is.
    return undefined;
  }
}

function collectionShape(
  inspection: Inspection,
  value: object,
  kind: string,
  prefix: Prefix,
  plain: Plain,
): Shape | string | undefined {
  switch (kind) {
    case "Map": {
      const map = value as Map<unknown, unknown>;
      const heading = prefix("Map", `(${mapSize(map)})`);
      return mapSize(map) === 0 ? plain(`${heading}{}`) : braces(heading, kind, (at) => mapParts(inspection, map, at));
    }
    case "Set": {
      const set = value as Set<unknown>;
      const heading = prefix("Set", `(${setSize(set)})`);
      return setSize(set) === 0 ? plain(`${heading}{}`) : braces(heading, kind, (at) => setParts(inspection, set, at));
    }
    case "ArrayBuffer":
      return braces(prefix(kind), kind, () => bufferParts(value as ArrayBuffer));
    case "DataView":
      return braces(prefix(kind), kind, (at) => viewParts(inspection, value as DataView, at));
    case "Arguments":
      return braces("[Arguments] ", kind, (at) => propertyParts(inspection, value, at));
    default:
      return undefined;
  }
}

function valueShape(value: object, kind: string, prefix: Prefix, plain: Plain): Shape | string | undefined {
  switch (kind) {
    case "Date":
      return plain(Number.isNaN(dateGetTime(value)) ? "Invalid Date" : dateToISOString(value));
    case "RegExp":
      return plain(`/${regExpSource(value as RegExp)}/${regExpFlags(value as RegExp)}`);
    case "Promise":
      return `${prefix(kind)}{ <state unknown> }`;
    case "WeakMap":
    case "WeakSet":
      return `${prefix(kind)}{ <items unknown> }`;
    case "Number":
    case "String":
    case "Boolean":
    case "BigInt":
    case "Symbol":
      return `[${kind}: ${inspectPrimitive((value as { valueOf(): unknown }).valueOf())}]`;
    default:
      return undefined;
  }
}

function nameOf(className: string | null, tag: string): string {
  if (className === null) return "Object: null prototype";
  return tag === "" ? className : `${className} [${tag}]`;
}

function prefixOf(className: string | null, tag: string, fallback: string, size: string): string {
  const suffix = tag !== "" && tag !== className ? `[${tag}] ` : "";
  return className === null ? `[${fallback}${size}: null prototype] ${suffix}` : `${className}${size} ${suffix}`;
}

/** A tag of the class, not one that is shown as a property anyway. */
function tagOf(value: object, className: string | null): string {
  const tag = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  if (typeof tag !== "string" || tag === "" || tag === className) return "";
  return Reflect.getOwnPropertyDescriptor(value, Symbol.toStringTag)?.enumerable === true ? "" : tag;
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

function functionHeading(value: object, className: string | null): string {
  const source = functionToString(value);
  const name = (value as { name?: unknown }).name;
  const shown = typeof name === "string" && name !== "" ? name : "";
  if (/^class\b/.test(source)) {
    const parent = (objectGetPrototypeOf(value) as { name?: string } | null)?.name;
    return `[class ${shown === "" ? "(anonymous)" : shown}${parent ? ` extends ${parent}` : ""}]`;
  }
  const kind = className ?? "Function (null prototype)";
  return shown === "" ? `[${kind} (anonymous)]` : `[${kind}: ${shown}]`;
}
