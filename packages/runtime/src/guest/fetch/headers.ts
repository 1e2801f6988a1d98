import {
  brand,
  IntrinsicTypeError,
  objectDefineProperty,
  regExpExec,
  stringToLowerCase,
  symbolIterator,
  toText,
} from "../primordials.ts";

export type HeaderPair = readonly [name: string, value: string];
export type HeadersInit = Headers | Iterable<Iterable<string>> | Readonly<Record<string, string>>;

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

function checkName(name: unknown): string {
  const text = toText(name);
  if (regExpExec(TOKEN, text) === null) throw new IntrinsicTypeError(`"${text}" is not a valid header name`);
  return stringToLowerCase(text);
}

function checkValue(name: string, value: unknown): string {
  const text = toText(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");
  if (regExpExec(VALUE, text) === null) throw new IntrinsicTypeError(`The value of the header "${name}" is not valid`);
  return text;
}

let listOf: (headers: Headers) => readonly HeaderPair[];
let makeImmutable: (headers: Headers) => void;

export class Headers {
  /** Lower-case names, in the order of appending. */
  #list: HeaderPair[] = [];
  #immutable = false;

  constructor(init?: HeadersInit | null) {
    if (init === undefined) return;
    if (typeof init !== "object" || init === null) throw new IntrinsicTypeError("Headers: the init must be an object");
    if (init instanceof Headers && #list in init) this.#list = [...init.#list];
    else if (typeof (init as Iterable<unknown>)[symbolIterator] === "function") {
      for (const pair of init as Iterable<Iterable<string>>) {
        const [name, value, ...rest] = [...pair];
        if (value === undefined || rest.length > 0) {
          throw new IntrinsicTypeError("Headers: each item of the init must be a name and a value");
        }
        this.append(name as string, value);
      }
    } else {
      for (const key of Reflect.ownKeys(init)) {
        if (Object.getOwnPropertyDescriptor(init, key)?.enumerable !== true) continue;
        if (typeof key === "symbol") throw new IntrinsicTypeError("Headers: a symbol is not a header name");
        this.append(key, (init as Record<string, string>)[key] as string);
      }
    }
  }

  append(name: string, value: string): void {
    const lower = checkName(name);
    const text = checkValue(lower, value);
    this.#checkWritable();
    this.#list.push([lower, text]);
  }

  delete(name: string): void {
    const lower = checkName(name);
    this.#checkWritable();
    this.#list = this.#list.filter(([known]) => known !== lower);
  }

  get(name: string): string | null {
    const lower = checkName(name);
    let joined: string | null = null;
    for (const [known, value] of this.#list) {
      if (known === lower) joined = joined === null ? value : `${joined}, ${value}`;
    }
    return joined;
  }

  getSetCookie(): string[] {
    return this.#list.filter(([name]) => name === "set-cookie").map(([, value]) => value);
  }

  has(name: string): boolean {
    const lower = checkName(name);
    return this.#list.some(([known]) => known === lower);
  }

  set(name: string, value: string): void {
    const lower = checkName(name);
    const text = checkValue(lower, value);
    this.#checkWritable();
    const at = this.#list.findIndex(([known]) => known === lower);
    if (at < 0) this.#list.push([lower, text]);
    else {
      this.#list = this.#list.filter(([known], index) => known !== lower || index === at);
      this.#list[at] = [lower, text];
    }
  }

  forEach(visit: (value: string, name: string, headers: Headers) => void, self?: unknown): void {
    if (typeof visit !== "function") throw new IntrinsicTypeError("Headers.forEach needs a function");
    for (const [name, value] of this.#sorted()) visit.call(self, value, name, this);
  }

  *entries(): Generator<[string, string], undefined> {
    for (const [name, value] of this.#sorted()) yield [name, value];
  }

  *keys(): Generator<string, undefined> {
    for (const [name] of this.#sorted()) yield name;
  }

  *values(): Generator<string, undefined> {
    for (const [, value] of this.#sorted()) yield value;
  }

  /** Sorted by name, equal names joined, but each cookie by itself. */
  #sorted(): HeaderPair[] {
    const names = [...new Set(this.#list.map(([name]) => name))].sort();
    return names.flatMap((name): HeaderPair[] =>
      name === "set-cookie"
        ? this.getSetCookie().map((value): HeaderPair => [name, value])
        : [[name, this.get(name) as string]],
    );
  }

  #checkWritable(): void {
    if (this.#immutable) throw new IntrinsicTypeError("These headers cannot be changed");
  }

  declare readonly [Symbol.iterator]: () => Generator<[string, string], undefined>;

  static {
    listOf = (headers) => headers.#list;
    makeImmutable = (headers) => {
      headers.#immutable = true;
    };
  }
}

objectDefineProperty(Headers.prototype, symbolIterator, {
  value: Headers.prototype.entries,
  writable: true,
  configurable: true,
});
brand(Headers, "Headers");

/** As they were set, for the wire. */
export function headerList(headers: Headers): readonly HeaderPair[] {
  return listOf(headers);
}

export function freezeHeaders(headers: Headers): Headers {
  makeImmutable(headers);
  return headers;
}
