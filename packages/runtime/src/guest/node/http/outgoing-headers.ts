import { toText } from "../../primordials.ts";
import { nodeError } from "../node-error.ts";

const TOKEN = /^[\^_`a-zA-Z\-0-9!#$%&'*+.|~]+$/;
const BAD_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

export type HeaderValue = string | number | readonly string[];
export type GivenHeaders = Readonly<Record<string, HeaderValue | undefined>> | readonly unknown[];

/** @throws TypeError, code ERR_INVALID_HTTP_TOKEN */
export function validateHeaderName(name: unknown, label = "Header name"): void {
  if (typeof name !== "string" || !TOKEN.test(name)) {
    throw nodeError(TypeError, "ERR_INVALID_HTTP_TOKEN", `${label} must be a valid HTTP token ["${String(name)}"]`);
  }
}

/** @throws TypeError, codes ERR_HTTP_INVALID_HEADER_VALUE and ERR_INVALID_CHAR */
export function validateHeaderValue(name: string, value: unknown): void {
  if (value === undefined) {
    const message = `Invalid value "undefined" for header "${name}"`;
    throw nodeError(TypeError, "ERR_HTTP_INVALID_HEADER_VALUE", message);
  }
  if (BAD_VALUE.test(toText(value))) {
    throw nodeError(TypeError, "ERR_INVALID_CHAR", `Invalid character in header content ["${name}"]`);
  }
}

/** A request's headers: names keep the case in which they were last set. */
export class OutgoingHeaders {
  readonly #byName = new Map<string, { readonly name: string; readonly value: HeaderValue }>();

  set(name: string, value: HeaderValue): void {
    validateHeaderName(name);
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const one of values) validateHeaderValue(name, one);
    this.#byName.set(name.toLowerCase(), { name, value });
  }

  append(name: string, value: string | readonly string[]): void {
    const known = this.#byName.get(name.toLowerCase())?.value;
    this.set(name, known === undefined ? value : [known, value].flat().map(String));
  }

  setAll(given: GivenHeaders): void {
    if (!Array.isArray(given)) {
      for (const [name, value] of Object.entries(given)) if (value !== undefined) this.set(name, value as HeaderValue);
      return;
    }
    const pairs = Array.isArray(given[0]) ? (given as [string, string][]) : pairsOf(given as string[]);
    for (const [name, value] of pairs) this.append(name, value);
  }

  get(name: string): HeaderValue | undefined {
    return this.#byName.get(String(name).toLowerCase())?.value;
  }

  has(name: string): boolean {
    return this.#byName.has(String(name).toLowerCase());
  }

  remove(name: string): void {
    this.#byName.delete(String(name).toLowerCase());
  }

  names(): string[] {
    return [...this.#byName.keys()];
  }

  rawNames(): string[] {
    return [...this.#byName.values()].map(({ name }) => name);
  }

  toObject(): Record<string, HeaderValue> {
    const object = Object.create(null) as Record<string, HeaderValue>;
    for (const [name, { value }] of this.#byName) object[name] = value;
    return object;
  }

  toPairs(): [string, string][] {
    return [...this.#byName.values()].flatMap(({ name, value }) =>
      (Array.isArray(value) ? (value as string[]) : [value]).map((one): [string, string] => [name, String(one)]),
    );
  }
}

function pairsOf(flat: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) pairs.push([String(flat[at]), String(flat[at + 1])]);
  return pairs;
}
