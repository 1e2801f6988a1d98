/** A piece of memory outside V8's heap. */
export interface Releasable {
  release(): void;
}

/** A cell's share for all of its versions; those used longest ago give way. */
const BYTES_MAX = 32 * 1024 * 1024;

/**
 * What V8 made of versions' code in this process, for their next isolates in this process. The key is the version's
 * definition itself, of which a cell has one object: what one version left can never be given to another.
 */
export class CodeCaches<T extends Releasable> {
  readonly #bytesMax: number;
  readonly #entries = new Map<object, { readonly data: T; readonly bytes: number }>();
  #bytes = 0;

  constructor(bytesMax = BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  has(version: object): boolean {
    return this.#entries.has(version);
  }

  get(version: object): T | undefined {
    const entry = this.#entries.get(version);
    if (entry === undefined) return undefined;
    this.#entries.delete(version);
    this.#entries.set(version, entry);
    return entry.data;
  }

  put(version: object, data: T, bytes: number): void {
    this.drop(version);
    if (bytes > this.#bytesMax) return data.release();
    this.#entries.set(version, { data, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#bytesMax) return;
      this.drop(oldest);
    }
  }

  drop(version: object): void {
    const entry = this.#entries.get(version);
    if (entry === undefined) return;
    this.#entries.delete(version);
    this.#bytes -= entry.bytes;
    entry.data.release();
  }
}
