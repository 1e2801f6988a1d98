import { objectToString } from "../../primordials.ts";

type Pairs = Map<object, Set<object>>;

/** Deep equality as `assert` has it, strict and loose. */
export class DeepEquality {
  readonly #strict: boolean;
  /** Pairs that are being compared: in a circle they are equal until proven otherwise. */
  readonly #open: Pairs = new Map();

  constructor(strict: boolean) {
    this.#strict = strict;
  }

  equal(a: unknown, b: unknown): boolean {
    if (Object.is(a, b)) return true;
    if (!isObject(a) || !isObject(b)) {
      if (this.#strict || isObject(a) || isObject(b)) return !this.#strict && looselyEqual(a, b);
      return looselyEqual(a, b);
    }
    if (this.#strict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
    const tag = objectToString(a);
    if (tag !== objectToString(b) || Array.isArray(a) !== Array.isArray(b)) return false;
    if (this.#open.get(a)?.has(b) === true) return true;
    const others = this.#open.get(a) ?? new Set<object>();
    this.#open.set(a, others.add(b));
    const equal = this.#sameContent(a, b, tag) && this.#sameProperties(a, b);
    others.delete(b);
    return equal;
  }

  #sameContent(a: object, b: object, tag: string): boolean {
    if (typeof a === "function" || a instanceof WeakMap || a instanceof WeakSet || a instanceof Promise) return false;
    if (a instanceof Map && b instanceof Map) return this.#sameMaps(a, b);
    if (a instanceof Set && b instanceof Set) return this.#sameSets(a, b);
    if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
    if (a instanceof RegExp && b instanceof RegExp) return String(a) === String(b) && a.lastIndex === b.lastIndex;
    if (a instanceof Error && b instanceof Error) return this.#sameErrors(a, b);
    if (a instanceof ArrayBuffer && b instanceof ArrayBuffer) return sameBytes(new Uint8Array(a), new Uint8Array(b));
    if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) return sameViews(a, b, this.#strict);
    if (/^\[object (?:Number|String|Boolean|BigInt|Symbol)\]$/.test(tag)) return Object.is(a.valueOf(), b.valueOf());
    return !Array.isArray(a) || a.length === (b as unknown[]).length;
  }

  #sameErrors(a: Error, b: Error): boolean {
    return (
      a.name === b.name &&
      a.message === b.message &&
      "cause" in a === "cause" in b &&
      this.equal(a.cause, b.cause) &&
      this.equal((a as AggregateError).errors, (b as AggregateError).errors)
    );
  }

  #sameProperties(a: object, b: object): boolean {
    if (ArrayBuffer.isView(a)) {
      const [mine, theirs] = [namedKeys(a), namedKeys(b)];
      return mine.length === theirs.length && mine.every((key) => this.#sameProperty(a, b, key));
    }
    const keys = Object.keys(a);
    if (keys.length !== Object.keys(b).length) return false;
    const symbols = this.#strict ? enumerableSymbols(a) : [];
    if (this.#strict && symbols.length !== enumerableSymbols(b).length) return false;
    return [...keys, ...symbols].every((key) => this.#sameProperty(a, b, key));
  }

  #sameProperty(a: object, b: object, key: PropertyKey): boolean {
    if (!Object.prototype.propertyIsEnumerable.call(b, key)) return false;
    return this.equal((a as Record<PropertyKey, unknown>)[key], (b as Record<PropertyKey, unknown>)[key]);
  }

  #sameMaps(a: Map<unknown, unknown>, b: Map<unknown, unknown>): boolean {
    if (a.size !== b.size) return false;
    const left = new Map(b);
    for (const [key, value] of a) {
      const match = this.#keyLike(key, left, (other) => this.equal(value, left.get(other)));
      if (match === undefined) return false;
      left.delete(match.key);
    }
    return true;
  }

  #sameSets(a: Set<unknown>, b: Set<unknown>): boolean {
    if (a.size !== b.size) return false;
    const left = new Map([...b].map((value) => [value, value]));
    for (const value of a) {
      const match = this.#keyLike(value, left, () => true);
      if (match === undefined) return false;
      left.delete(match.key);
    }
    return true;
  }

  /** The same key, or else one that is deeply equal. */
  #keyLike(
    key: unknown,
    among: ReadonlyMap<unknown, unknown>,
    fits: (key: unknown) => boolean,
  ): { readonly key: unknown } | undefined {
    if (among.has(key) && fits(key)) return { key };
    if (this.#strict && !isObject(key)) return undefined;
    for (const other of among.keys()) {
      if (this.#strict && !isObject(other)) continue;
      if (this.equal(key, other) && fits(other)) return { key: other };
    }
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function looselyEqual(a: unknown, b: unknown): boolean {
  if (isObject(a) || isObject(b)) return false;
  // oxlint-disable-next-line eqeqeq -- the loose form is what was asked for
  return a == b || (Number.isNaN(a) && Number.isNaN(b));
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function sameViews(a: ArrayBufferView, b: ArrayBufferView, strict: boolean): boolean {
  if (a instanceof Float32Array || a instanceof Float64Array) {
    const other = b as Float64Array;
    const same = strict ? Object.is : (x: unknown, y: unknown): boolean => x === y;
    return a.length === other.length && a.every((value, at) => same(value, other[at]));
  }
  return sameBytes(
    new Uint8Array(a.buffer, a.byteOffset, a.byteLength),
    new Uint8Array(b.buffer, b.byteOffset, b.byteLength),
  );
}

function namedKeys(view: object): string[] {
  return Object.keys(view).filter((key) => !/^\d+$/.test(key));
}

function enumerableSymbols(value: object): symbol[] {
  return Object.getOwnPropertySymbols(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
}

export function isDeepStrictEqual(a: unknown, b: unknown): boolean {
  return new DeepEquality(true).equal(a, b);
}

export function isDeepLooseEqual(a: unknown, b: unknown): boolean {
  return new DeepEquality(false).equal(a, b);
}
