import type { WasmApi } from "./wasm/wasm-types.ts";

/**
 * The intrinsics that the glue stands on, taken before any user code runs. User code owns every global and every
 * prototype from then on: glue that called `promise.then`, `array.map` or `JSON.stringify` by name would run whatever
 * the user put there, with our values in its hands.
 */
const { bind, call } = Function.prototype;

/** `uncurryThis(f)(self, …)` is `f.call(self, …)`, but looks nothing up when it is called. */
const uncurryThis = bind.bind(call) as <S, A extends readonly unknown[], R>(
  method: (this: S, ...args: A) => R,
) => (self: S, ...args: A) => R;

/** The getter of an accessor property, as a function of its object. */
function uncurryGetter<S extends object, K extends keyof S>(prototype: S, key: K): (self: S) => S[K] {
  const getter = Object.getOwnPropertyDescriptor(prototype, key)?.get as (this: S) => S[K];
  return uncurryThis(getter);
}

export const IntrinsicArray = Array;
export const IntrinsicArrayBuffer = ArrayBuffer;
export const IntrinsicDataView = DataView;
export const IntrinsicDate = Date;
export const IntrinsicError = Error;
export const IntrinsicMap = Map;
export const IntrinsicPromise = Promise;
export const IntrinsicRangeError = RangeError;
export const IntrinsicRegExp = RegExp;
export const IntrinsicSet = Set;
export const IntrinsicSyntaxError = SyntaxError;
export const IntrinsicTypeError = TypeError;
export const IntrinsicUint16Array = Uint16Array;
export const IntrinsicUint8Array = Uint8Array;

/** The namespace itself: user code gets it only when it is made safe (`wasm/web-assembly.ts`). */
export const intrinsicWebAssembly = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;

export const toText = String as (value: unknown) => string;
export const toNumber = Number as (value: unknown) => number;
export const toObject = Object as (value: unknown) => object;

export const { parse: jsonParse, stringify: jsonStringify } = JSON;
export const { apply: reflectApply } = Reflect;
export const {
  create: objectCreate,
  defineProperty: objectDefineProperty,
  freeze: objectFreeze,
  getOwnPropertyDescriptor: objectGetOwnPropertyDescriptor,
  getPrototypeOf: objectGetPrototypeOf,
  is: objectIs,
  keys: objectKeys,
} = Object;
export const { isArray } = Array;
export const { isView: isArrayBufferView } = ArrayBuffer;
export const { compareExchange: atomicsCompareExchange } = Atomics;
export const dateNow = Date.now;
export const { captureStackTrace } = Error;
export const { floor, trunc } = Math;
export const { isFinite: numberIsFinite, isInteger: numberIsInteger } = Number;
export const { fromCharCode } = String;
export const isNativeError =
  (Error as unknown as { isError?: (value: unknown) => boolean }).isError ?? ((value) => value instanceof Error);

export const objectToString = uncurryThis(Object.prototype.toString);
export const functionToString = uncurryThis(Function.prototype.toString);

export const stringSlice = uncurryThis(String.prototype.slice);
export const stringIndexOf = uncurryThis(String.prototype.indexOf);
export const stringIncludes = uncurryThis(String.prototype.includes);
export const stringStartsWith = uncurryThis(String.prototype.startsWith);
export const stringToLowerCase = uncurryThis(String.prototype.toLowerCase);
export const stringToUpperCase = uncurryThis(String.prototype.toUpperCase);
export const stringRepeat = uncurryThis(String.prototype.repeat);
export const charCodeAt = uncurryThis(String.prototype.charCodeAt);
export const toWellFormed = uncurryThis(String.prototype.toWellFormed);
export const regExpExec = uncurryThis(RegExp.prototype.exec);

export const mapGet = uncurryThis(Map.prototype.get) as <K, V>(map: ReadonlyMap<K, V>, key: K) => V | undefined;
export const mapSet = uncurryThis(Map.prototype.set) as <K, V>(map: Map<K, V>, key: K, value: V) => Map<K, V>;
export const mapHas = uncurryThis(Map.prototype.has) as <K, V>(map: ReadonlyMap<K, V>, key: K) => boolean;
export const mapDelete = uncurryThis(Map.prototype.delete) as <K, V>(map: Map<K, V>, key: K) => boolean;
export const mapForEach = uncurryThis(Map.prototype.forEach) as <K, V>(
  map: ReadonlyMap<K, V>,
  visit: (value: V, key: K) => void,
) => void;
export const mapSize = uncurryGetter(Map.prototype, "size") as (map: ReadonlyMap<unknown, unknown>) => number;
export const setAdd = uncurryThis(Set.prototype.add) as <T>(set: Set<T>, value: T) => Set<T>;
const setHas = uncurryThis(Set.prototype.has) as <T>(set: ReadonlySet<T>, value: T) => boolean;
export const setForEach = uncurryThis(Set.prototype.forEach) as <T>(
  set: ReadonlySet<T>,
  visit: (value: T) => void,
) => void;
export const setSize = uncurryGetter(Set.prototype, "size") as (set: ReadonlySet<unknown>) => number;

export const dateGetTime = uncurryThis(Date.prototype.getTime);
export const dateToISOString = uncurryThis(Date.prototype.toISOString);
export const regExpSource = uncurryGetter(RegExp.prototype, "source");
export const regExpFlags = uncurryGetter(RegExp.prototype, "flags");
export const booleanValueOf = uncurryThis(Boolean.prototype.valueOf);
export const numberValueOf = uncurryThis(Number.prototype.valueOf);
export const stringValueOf = uncurryThis(String.prototype.valueOf);
export const bigintValueOf = uncurryThis(BigInt.prototype.valueOf);
export const symbolToString = uncurryThis(Symbol.prototype.toString);

export const bufferByteLength = uncurryGetter(ArrayBuffer.prototype, "byteLength");
export const bufferTransfer = uncurryThis(ArrayBuffer.prototype.transfer);
const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array & {
  readonly [Symbol.toStringTag]: string;
};
export const typedArraySet = uncurryThis(typedArrayPrototype.set);
export const typedArrayTag = uncurryGetter(typedArrayPrototype, Symbol.toStringTag) as (value: unknown) => string;
export const typedArrayBuffer = uncurryGetter(typedArrayPrototype, "buffer");
export const typedArrayByteOffset = uncurryGetter(typedArrayPrototype, "byteOffset");
export const typedArrayByteLength = uncurryGetter(typedArrayPrototype, "byteLength");
export const dataViewBuffer = uncurryGetter(DataView.prototype, "buffer");
export const dataViewByteOffset = uncurryGetter(DataView.prototype, "byteOffset");
export const dataViewByteLength = uncurryGetter(DataView.prototype, "byteLength");

export const symbolIterator: typeof Symbol.iterator = Symbol.iterator;
export const symbolToPrimitive: typeof Symbol.toPrimitive = Symbol.toPrimitive;
const symbolToStringTag: typeof Symbol.toStringTag = Symbol.toStringTag;

/** A property descriptor that a poisoned `Object.prototype.get` cannot turn into nonsense. */
export function defineHidden(target: object, key: PropertyKey, value: unknown): void {
  objectDefineProperty(target, key, {
    __proto__: null,
    value,
    writable: true,
    enumerable: false,
    configurable: true,
  } as PropertyDescriptor);
}

/** Runs `task` as a microtask. `await undefined` consults nothing that user code can reach; `then` would. */
export async function inMicrotask(task: () => void): Promise<void> {
  await (undefined as unknown);
  task();
}

/** `array[at] = value`, though the user may have put a setter for that index on `Array.prototype`. */
export function setOwn<T>(array: T[], at: number, value: T): void {
  objectDefineProperty(array, at, {
    __proto__: null,
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  } as PropertyDescriptor);
}

/** Gives a function the name that users know: the bundler renames what shares a name with a global. */
export function rename(publicFunction: object, name: string): void {
  objectDefineProperty(publicFunction, "name", {
    __proto__: null,
    value: name,
    configurable: true,
  } as PropertyDescriptor);
}

const { getOwnPropertyNames: objectGetOwnPropertyNames } = Object;
const platformPrototypes = new Set<object>();

/** Name, tag and enumerable members of a class, as Web IDL has them. */
export function brand(publicClass: { readonly prototype: object }, name: string): void {
  rename(publicClass, name);
  tag(publicClass.prototype, name);
  showMembers(publicClass.prototype);
  showMembers(publicClass);
  setAdd(platformPrototypes, publicClass.prototype);
}

/** The prototype of a class of ours that an object inherits from, if there is one. */
export function platformPrototypeOf(object: object): object | undefined {
  let prototype = objectGetPrototypeOf(object) as object | null;
  while (prototype !== null && !setHas(platformPrototypes, prototype)) {
    prototype = objectGetPrototypeOf(prototype) as object | null;
  }
  return prototype ?? undefined;
}

function showMembers(owner: object): void {
  const names = objectGetOwnPropertyNames(owner);
  for (let at = 0; at < names.length; at++) {
    const name = names[at] as string;
    const descriptor = objectGetOwnPropertyDescriptor(owner, name) as PropertyDescriptor;
    const isMember = descriptor.get !== undefined || typeof descriptor.value === "function";
    if (name === "constructor" || !isMember) continue;
    objectDefineProperty(owner, name, { __proto__: null, enumerable: true } as PropertyDescriptor);
  }
}

/** What `Object.prototype.toString` says of an object. */
export function tag(object: object, name: string): void {
  objectDefineProperty(object, symbolToStringTag, {
    __proto__: null,
    value: name,
    configurable: true,
  } as PropertyDescriptor);
}
