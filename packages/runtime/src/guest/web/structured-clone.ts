import {
  bigintValueOf,
  booleanValueOf,
  dateGetTime,
  defineHidden,
  IntrinsicArray,
  IntrinsicDataView,
  IntrinsicDate,
  IntrinsicMap,
  IntrinsicRegExp,
  IntrinsicSet,
  IntrinsicTypeError,
  isArray,
  isArrayBufferView,
  isNativeError,
  mapForEach,
  mapGet,
  mapHas,
  mapSet,
  numberValueOf,
  objectGetOwnPropertyDescriptor,
  objectKeys,
  objectToString,
  platformPrototypeOf,
  regExpFlags,
  regExpSource,
  setAdd,
  setForEach,
  setOwn,
  stringSlice,
  stringValueOf,
  toObject,
  toText,
  typedArrayTag,
} from "../primordials.ts";
import { copyBytes } from "./bytes.ts";
import { clonePlatformObject, type PreparedTransfer, prepareTransfer, uncloneable } from "./platform-objects.ts";

const ERROR_NAMES = ["Error", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError"];

/** Clones by the HTML standard's algorithm, as far as its types exist here. @throws DOMException DataCloneError */
export function structuredClone(value: unknown, options?: { transfer?: Iterable<unknown> } | null): unknown {
  if (arguments.length === 0) throw new IntrinsicTypeError("structuredClone needs a value");
  if (options !== undefined && options !== null && typeof options !== "object") {
    throw new IntrinsicTypeError("structuredClone: the options must be an object");
  }
  return cloneWithTransfer(value, [...(options?.transfer ?? [])]).value;
}

export interface Clone {
  readonly value: unknown;
  /** What became of the items of the transfer list, in its order. */
  readonly transferred: readonly object[];
}

/** Nothing is transferred when something cannot be cloned. */
export function cloneWithTransfer(value: unknown, transfer: readonly unknown[]): Clone {
  const seen = new IntrinsicMap<object, unknown>();
  const prepared: PreparedTransfer[] = [];
  for (const item of transfer) {
    if (typeof item !== "object" || item === null) {
      throw new IntrinsicTypeError("structuredClone: the transfer list must hold objects");
    }
    if (mapHas(seen, item)) throw uncloneable("A value that is twice in the transfer list");
    const one = prepareTransfer(item);
    mapSet(seen, item, one.moved);
    prepared.push(one);
  }
  const copy = clone(value, seen);
  for (const { commit } of prepared) commit();
  return { value: copy, transferred: prepared.map(({ moved }) => moved) };
}

function clone(value: unknown, seen: Map<object, unknown>): unknown {
  if (typeof value === "symbol") throw uncloneable(toText(value));
  if (typeof value === "function") throw uncloneable(`function ${toText((value as { name?: unknown }).name)}`);
  if (typeof value !== "object" || value === null) return value;
  if (mapHas(seen, value)) return mapGet(seen, value);
  return cloneObject(value, seen);
}

function remember<T extends object>(seen: Map<object, unknown>, source: object, copy: T): T {
  mapSet(seen, source, copy);
  return copy;
}

function cloneObject(value: object, seen: Map<object, unknown>): object {
  if (isArray(value)) return cloneProperties(value, remember(seen, value, new IntrinsicArray(value.length)), seen);
  if (isNativeError(value) && platformPrototypeOf(value) === undefined) return cloneError(value as Error, seen);
  const platform = clonePlatformObject(value);
  if (platform !== undefined) return remember(seen, value, platform);
  const tag = stringSlice(objectToString(value), 8, -1);
  if (tag === "Object") {
    // Most objects; the tag of a Map or of a view could only be "Object" if the user had changed it.
    return cloneProperties(value, remember(seen, value, {}), seen);
  }
  const special = cloneSpecial(value, tag, seen);
  return special ?? cloneProperties(value, remember(seen, value, {}), seen);
}

/** Undefined when the tag is one of the user's own. */
function cloneSpecial(value: object, tag: string, seen: Map<object, unknown>): object | undefined {
  switch (tag) {
    case "Boolean":
      return remember(seen, value, toObject(booleanValueOf(value as unknown as boolean)));
    case "Number":
      return remember(seen, value, toObject(numberValueOf(value as unknown as number)));
    case "String":
      return remember(seen, value, toObject(stringValueOf(value as unknown as string)));
    case "BigInt":
      return remember(seen, value, toObject(bigintValueOf(value as unknown as bigint)));
    case "Date":
      return remember(seen, value, new IntrinsicDate(dateGetTime(value as Date)));
    case "RegExp":
      return remember(seen, value, new IntrinsicRegExp(regExpSource(value as RegExp), regExpFlags(value as RegExp)));
    case "Map":
      return cloneMap(value as Map<unknown, unknown>, seen);
    case "Set":
      return cloneSet(value as Set<unknown>, seen);
    case "ArrayBuffer":
      return cloneBuffer(value as ArrayBuffer, seen);
    case "Promise":
    case "WeakMap":
    case "WeakSet":
    case "WeakRef":
    case "Symbol":
    case "Generator":
    case "AsyncGenerator":
    case "FinalizationRegistry":
      throw uncloneable(`#<${tag}>`);
  }
  return isArrayBufferView(value) ? cloneView(value, seen) : undefined;
}

function cloneProperties<T extends object>(source: object, target: T, seen: Map<object, unknown>): T {
  const keys = objectKeys(source);
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] as string;
    setOwn(target as unknown[], key as unknown as number, clone((source as Record<string, unknown>)[key], seen));
  }
  return target;
}

function cloneMap(source: Map<unknown, unknown>, seen: Map<object, unknown>): Map<unknown, unknown> {
  const copy = remember(seen, source, new IntrinsicMap<unknown, unknown>());
  mapForEach(source, (value, key) => mapSet(copy, clone(key, seen), clone(value, seen)));
  return copy;
}

function cloneSet(source: Set<unknown>, seen: Map<object, unknown>): Set<unknown> {
  const copy = remember(seen, source, new IntrinsicSet<unknown>());
  setForEach(source, (value) => setAdd(copy, clone(value, seen)));
  return copy;
}

function cloneBuffer(source: ArrayBuffer, seen: Map<object, unknown>): ArrayBuffer {
  if (source.detached) throw uncloneable("An ArrayBuffer is detached and");
  return remember(seen, source, copyBytes(new Uint8Array(source)));
}

function cloneView(source: ArrayBufferView, seen: Map<object, unknown>): object {
  const buffer = clone(source.buffer, seen) as ArrayBuffer;
  const kind = typedArrayTag(source);
  if (kind === undefined) {
    return remember(seen, source, new IntrinsicDataView(buffer, source.byteOffset, source.byteLength));
  }
  const viewClass = (globalThis as unknown as Record<string, new (...args: unknown[]) => object>)[kind];
  if (viewClass === undefined) throw uncloneable(`#<${kind}>`);
  return remember(seen, source, new viewClass(buffer, source.byteOffset, (source as Uint8Array).length));
}

function cloneError(source: Error, seen: Map<object, unknown>): Error {
  const name = ERROR_NAMES.includes(source.name) ? source.name : "Error";
  const errorClass = (globalThis as unknown as Record<string, new (message?: string) => Error>)[name];
  const copy = remember(seen, source, new (errorClass as new () => Error)());
  for (const key of ["message", "stack", "cause"] as const) {
    const descriptor = objectGetOwnPropertyDescriptor(source, key);
    if (descriptor === undefined) continue;
    const value: unknown = source[key];
    defineHidden(copy, key, key === "cause" ? clone(value, seen) : toText(value));
  }
  return copy;
}
