const SPACES = /\t| {2}/;

/** Headers as they came: Node's own reading drops some that come twice and joins others. */
export class HeaderList {
  readonly #values = new Map<string, string[]>();

  /** Names and values in turns, as `IncomingMessage.rawHeaders`. */
  constructor(raw: readonly string[]) {
    for (let at = 0; at + 1 < raw.length; at += 2) {
      const name = (raw[at] as string).toLowerCase();
      const value = (raw[at + 1] as string).trim();
      const values = this.#values.get(name);
      if (values === undefined) this.#values.set(name, [value]);
      else values.push(value);
    }
  }

  /** The one value; undefined when there is none or more than one. */
  one(name: string): string | undefined {
    const values = this.#values.get(name);
    return values?.length === 1 ? values[0] : undefined;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  isRepeated(name: string): boolean {
    return (this.#values.get(name)?.length ?? 0) > 1;
  }

  names(): Iterable<string> {
    return this.#values.keys();
  }

  /** As signed: spaces in a row are one, several values have commas between them. */
  canonical(name: string): string | undefined {
    return this.#values
      .get(name)
      ?.map((value) => (SPACES.test(value) ? value.replaceAll(/[ \t]+/g, " ") : value))
      .join(",");
  }
}
