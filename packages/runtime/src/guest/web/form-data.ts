import {
  brand,
  IntrinsicTypeError,
  objectDefineProperty,
  symbolIterator,
  toText,
  toWellFormed,
} from "../primordials.ts";
import { isBlob } from "./blob.ts";
import { File, fileOf } from "./file.ts";

export type FormValue = string | File;
export type FormEntry = readonly [name: string, value: FormValue];

let entriesOf: (form: FormData) => readonly FormEntry[];

export class FormData {
  #entries: FormEntry[] = [];

  constructor(form?: unknown) {
    if (form !== undefined) throw new IntrinsicTypeError("FormData: there are no forms to take the data from");
  }

  append(name: unknown, value: unknown, filename?: unknown): void {
    checkArguments("append", arguments.length, 2);
    this.#entries.push(entryOf("append", name, value, filename, arguments.length > 2));
  }

  set(name: unknown, value: unknown, filename?: unknown): void {
    checkArguments("set", arguments.length, 2);
    const entry = entryOf("set", name, value, filename, arguments.length > 2);
    const at = this.#entries.findIndex(([known]) => known === entry[0]);
    if (at < 0) this.#entries.push(entry);
    else {
      this.#entries[at] = entry;
      this.#entries = this.#entries.filter(([known], index) => known !== entry[0] || index === at);
    }
  }

  delete(name: unknown): void {
    checkArguments("delete", arguments.length, 1);
    const wanted = nameOf(name);
    this.#entries = this.#entries.filter(([known]) => known !== wanted);
  }

  get(name: unknown): FormValue | null {
    checkArguments("get", arguments.length, 1);
    const wanted = nameOf(name);
    return this.#entries.find(([known]) => known === wanted)?.[1] ?? null;
  }

  getAll(name: unknown): FormValue[] {
    checkArguments("getAll", arguments.length, 1);
    const wanted = nameOf(name);
    return this.#entries.filter(([known]) => known === wanted).map(([, value]) => value);
  }

  has(name: unknown): boolean {
    checkArguments("has", arguments.length, 1);
    const wanted = nameOf(name);
    return this.#entries.some(([known]) => known === wanted);
  }

  forEach(visit: (value: FormValue, name: string, form: FormData) => void, self?: unknown): void {
    if (typeof visit !== "function") throw new IntrinsicTypeError("FormData.forEach needs a function");
    for (const [name, value] of this.entries()) visit.call(self, value, name, this);
  }

  /** Live: what is added while somebody iterates is seen. */
  *entries(): Generator<[string, FormValue], undefined> {
    for (let at = 0; at < this.#entries.length; at++) {
      const [name, value] = this.#entries[at] as FormEntry;
      yield [name, value];
    }
  }

  *keys(): Generator<string, undefined> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): Generator<FormValue, undefined> {
    for (const [, value] of this.entries()) yield value;
  }

  declare readonly [Symbol.iterator]: () => Generator<[string, FormValue], undefined>;

  static {
    entriesOf = (form) => form.#entries;
  }
}

objectDefineProperty(FormData.prototype, symbolIterator, {
  value: FormData.prototype.entries,
  writable: true,
  configurable: true,
});
brand(FormData, "FormData");

export function formEntries(form: FormData): readonly FormEntry[] {
  return entriesOf(form);
}

function checkArguments(method: string, given: number, needed: number): void {
  if (given < needed) throw new IntrinsicTypeError(`FormData.${method} needs ${needed} arguments, but got ${given}`);
}

function nameOf(name: unknown): string {
  return toWellFormed(toText(name));
}

function entryOf(method: string, name: unknown, value: unknown, filename: unknown, named: boolean): FormEntry {
  if (isBlob(value)) {
    if (value instanceof File && !named) return [nameOf(name), value];
    return [nameOf(name), fileOf(value, named ? nameOf(filename) : "blob")];
  }
  if (named) throw new IntrinsicTypeError(`FormData.${method}: only a Blob or a File can have a file name`);
  return [nameOf(name), toWellFormed(toText(value))];
}
