import { functionToString, isNativeError, objectToString, typedArrayTag } from "../../primordials.ts";

type Check = (value: unknown) => boolean;

const isObject: Check = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

/** True when the method, which reads an internal slot of its class, accepts the value. */
const slot =
  (method: unknown, ...args: unknown[]): Check =>
  (value) => {
    if (!isObject(value)) return false;
    try {
      Reflect.apply(method as () => unknown, value, args);
      return true;
    } catch {
      return false;
    }
  };

const getter = (prototype: object, key: PropertyKey): unknown => Object.getOwnPropertyDescriptor(prototype, key)?.get;
const tagged =
  (...tags: string[]): Check =>
  (value) =>
    isObject(value) && tags.includes(objectToString(value).slice(8, -1));
const view =
  (name: string): Check =>
  (value) =>
    isObject(value) && typedArrayTag(value) === name;
const either =
  (...checks: Check[]): Check =>
  (value) =>
    checks.some((check) => check(value));

const isArrayBuffer = slot(getter(ArrayBuffer.prototype, "byteLength"));
const isTypedArray: Check = (value) => isObject(value) && typedArrayTag(value) !== undefined;
const boxes = {
  isNumberObject: slot(Number.prototype.valueOf),
  isStringObject: slot(String.prototype.valueOf),
  isBooleanObject: slot(Boolean.prototype.valueOf),
  isBigIntObject: slot(BigInt.prototype.valueOf),
  isSymbolObject: slot(Symbol.prototype.valueOf),
};

function functionKind(pattern: RegExp): Check {
  return (value) => typeof value === "function" && pattern.test(functionToString(value));
}

const VIEWS = (
  "Uint8Array Uint8ClampedArray Uint16Array Uint32Array Int8Array Int16Array Int32Array " +
  "Float16Array Float32Array Float64Array BigInt64Array BigUint64Array"
).split(" ");

/** `node:util/types`. An isolate cannot look behind a Proxy, so `isProxy` knows none. */
export const types = {
  ...boxes,
  ...Object.fromEntries(VIEWS.map((name) => [`is${name}`, view(name)])),
  isBoxedPrimitive: either(...Object.values(boxes)),
  isTypedArray,
  isArrayBuffer,
  isArrayBufferView: (value: unknown): boolean => ArrayBuffer.isView(value),
  isAnyArrayBuffer: isArrayBuffer,
  isSharedArrayBuffer: (): boolean => false,
  isDataView: slot(getter(DataView.prototype, "byteLength")),
  isDate: slot(Date.prototype.getTime),
  isRegExp: (value: unknown): boolean => value !== RegExp.prototype && slot(getter(RegExp.prototype, "source"))(value),
  isMap: slot(Map.prototype.has, 0),
  isSet: slot(Set.prototype.has, 0),
  isWeakMap: slot(WeakMap.prototype.has, {}),
  isWeakSet: slot(WeakSet.prototype.has, {}),
  isPromise: tagged("Promise"),
  isNativeError: (value: unknown): boolean => isNativeError(value),
  isArgumentsObject: tagged("Arguments"),
  isMapIterator: tagged("Map Iterator"),
  isSetIterator: tagged("Set Iterator"),
  isGeneratorObject: tagged("Generator", "AsyncGenerator"),
  isGeneratorFunction: (value: unknown): boolean => tagged("GeneratorFunction", "AsyncGeneratorFunction")(value),
  isAsyncFunction: either(tagged("AsyncFunction", "AsyncGeneratorFunction"), functionKind(/^async\b/)),
  isModuleNamespaceObject: tagged("Module"),
  isCryptoKey: tagged("CryptoKey"),
  isKeyObject: (value: unknown): boolean =>
    isObject(value) && /^(?:Secret|Public|Private)KeyObject$/.test((value as object).constructor?.name ?? ""),
  isExternal: (): boolean => false,
  isProxy: (): boolean => false,
} as Readonly<Record<string, Check>> & {
  readonly isDate: Check;
  readonly isNativeError: Check;
  readonly isPromise: Check;
};
