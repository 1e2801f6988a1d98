import type { AwsError } from "./aws-error.ts";

/** How a service of AWS says what is wrong with an input. */
export interface FieldFaults {
  readonly missing: (name: string) => AwsError;
  readonly invalid: (name: string, reason: string) => AwsError;
}

/** An operation's input, read field by field. Texts of digits count as numbers, because the query protocol has only texts. */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #faults: FieldFaults;

  /** @throws AwsError when the input is not an object */
  constructor(input: unknown, faults: FieldFaults) {
    if (typeof input !== "object" || input === null || Array.isArray(input)) {
      throw faults.invalid("input", "it must be an object");
    }
    this.#values = input as Readonly<Record<string, unknown>>;
    this.#faults = faults;
  }

  text(name: string): string | undefined {
    const value = this.#get(name);
    if (value === undefined || typeof value === "string") return value;
    throw this.#faults.invalid(name, "it must be a string");
  }

  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === "") throw this.#faults.missing(name);
    return value;
  }

  integer(name: string, range: { readonly min: number; readonly max: number }): number | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    const number = typeof value === "string" && /^-?[0-9]{1,15}$/.test(value) ? Number(value) : value;
    if (typeof number === "number" && Number.isInteger(number) && number >= range.min && number <= range.max) {
      return number;
    }
    throw this.#faults.invalid(name, `it must be a whole number between ${range.min} and ${range.max}`);
  }

  requiredInteger(name: string, range: { readonly min: number; readonly max: number }): number {
    const value = this.integer(name, range);
    if (value === undefined) throw this.#faults.missing(name);
    return value;
  }

  /** Seconds since the epoch, or a date, in milliseconds. */
  instant(name: string): number | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    const ms = typeof value === "number" ? value * 1_000 : typeof value === "string" ? Date.parse(value) : Number.NaN;
    if (Number.isFinite(ms)) return ms;
    throw this.#faults.invalid(name, "it must be a timestamp");
  }

  texts(name: string, most: number): readonly string[] {
    return this.#list(name, most).map((value) => {
      if (typeof value === "string") return value;
      throw this.#faults.invalid(name, "it must hold strings");
    });
  }

  /** A list of structures. */
  entries(name: string, most = Number.POSITIVE_INFINITY): readonly Fields[] {
    return this.#list(name, most).map((value) => new Fields(value, this.#faults));
  }

  structure(name: string): Fields | undefined {
    const value = this.#get(name);
    return value === undefined ? undefined : new Fields(value, this.#faults);
  }

  /** Names with structures. */
  structures(name: string): readonly (readonly [string, Fields])[] {
    return this.#map(name).map(([key, value]) => [key, new Fields(value, this.#faults)] as const);
  }

  /** Names with texts. */
  pairs(name: string): Readonly<Record<string, string>> {
    const pairs = this.#map(name).map(([key, value]) => {
      if (typeof value === "string") return [key, value] as const;
      throw this.#faults.invalid(name, "its values must be strings");
    });
    return Object.fromEntries(pairs);
  }

  /** The same input with some fields replaced. */
  with(values: Readonly<Record<string, unknown>>): Fields {
    return new Fields({ ...this.#values, ...values }, this.#faults);
  }

  has(name: string): boolean {
    return this.#get(name) !== undefined;
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.#values, name) ? (this.#values[name] ?? undefined) : undefined;
  }

  #list(name: string, most: number): readonly unknown[] {
    const value = this.#get(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw this.#faults.invalid(name, "it must be a list");
    if (value.length > most) throw this.#faults.invalid(name, `it must hold at most ${most}`);
    return value as readonly unknown[];
  }

  #map(name: string): [string, unknown][] {
    const value = this.#get(name);
    if (value === undefined) return [];
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return Object.entries(value);
    throw this.#faults.invalid(name, "it must be a map");
  }
}
