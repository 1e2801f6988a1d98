/** Takes the place of a label value once its bound is met. */
export const OTHER = "other";

/** A label's values, first come first kept, up to a bound. Values that no platform name can have never get in. */
export class BoundedValues {
  readonly #limit: number;
  readonly #known: Set<string>;

  constructor(options: { readonly limit: number; readonly known?: Iterable<string> }) {
    this.#limit = options.limit;
    this.#known = new Set(options.known);
  }

  admit(value: string): string {
    if (this.#known.has(value)) return value;
    // Error types are whatever class name a handler threw: an unprintable or endless one must not reach the scrape,
    // where two strings that encode to the same bytes would make Prometheus refuse all of it.
    if (this.#known.size >= this.#limit || !/^[A-Za-z0-9_$][\w$.:-]{0,63}$/.test(value)) return OTHER;
    this.#known.add(value);
    return value;
  }

  values(): readonly string[] {
    return [...this.#known];
  }
}

const FORGET_AFTER_MS = 24 * 3_600_000;

/**
 * Keys up to a bound, least recently seen first. A full set lets a new key in only in place of one that was not seen for
 * a day, so that deleted functions do not blind the metrics to new ones, and busy ones never lose their series.
 */
export class RecentKeys {
  readonly #limit: number;
  readonly #seenAt: Map<string, number>;

  constructor(options: { readonly limit: number; readonly seenAt?: Iterable<readonly [string, number]> }) {
    this.#limit = options.limit;
    this.#seenAt = new Map(options.seenAt);
  }

  /** `at` is the time of the fact, so that reading the same facts again decides the same. */
  admit(key: string, at: number): { readonly known: boolean; readonly added: boolean; readonly forgotten?: string } {
    const before = this.#seenAt.get(key);
    if (before !== undefined) {
      this.#seenAt.delete(key);
      this.#seenAt.set(key, Math.max(before, at));
      return { known: true, added: false };
    }
    if (this.#seenAt.size < this.#limit) {
      this.#seenAt.set(key, at);
      return { known: true, added: true };
    }
    const [stalest] = this.#seenAt;
    if (stalest === undefined || at - stalest[1] < FORGET_AFTER_MS) return { known: false, added: false };
    this.#seenAt.delete(stalest[0]);
    this.#seenAt.set(key, at);
    return { known: true, added: true, forgotten: stalest[0] };
  }

  has(key: string): boolean {
    return this.#seenAt.has(key);
  }

  get room(): number {
    return this.#limit - this.#seenAt.size;
  }

  keys(): Iterable<string> {
    return this.#seenAt.keys();
  }

  entries(): readonly (readonly [string, number])[] {
    return [...this.#seenAt];
  }
}
