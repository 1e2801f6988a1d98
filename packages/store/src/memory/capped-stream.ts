import type { StreamLimits } from "../stream-limits.ts";

interface StoredEntry {
  /** Milliseconds, as in Redis. */
  readonly at: number;
  readonly sequence: number;
  readonly payload: string;
}

/** Counterpart of a Redis stream with the same limits and the same form of ids. */
export class MemoryCappedStream {
  readonly #now: () => number;
  readonly #limits: StreamLimits;
  #entries: StoredEntry[] = [];
  #bytes = 0;

  constructor(options: { readonly now: () => number; readonly limits: StreamLimits }) {
    this.#now = options.now;
    this.#limits = options.limits;
  }

  append(payload: string): void {
    const last = this.#entries.at(-1);
    const at = Math.max(this.#now(), last?.at ?? 0);
    this.#entries.push({ at, sequence: last?.at === at ? last.sequence + 1 : 0, payload });
    this.#bytes += Buffer.byteLength(payload);
    const { bytes, entries, ageMs } = this.#limits;
    let first = this.#entries[0];
    while (
      first !== undefined &&
      this.#entries.length > 1 &&
      (this.#bytes > bytes || this.#entries.length > entries || first.at < at - ageMs)
    ) {
      this.#entries.shift();
      this.#bytes -= Buffer.byteLength(first.payload);
      first = this.#entries[0];
    }
  }

  /** Entries from an id on, or only after it. */
  read(id: string, options: { readonly inclusive: boolean }): { readonly id: string; readonly payload: string }[] {
    const [at = 0, sequence = 0] = id.split("-").map(Number);
    return this.#entries
      .filter((entry) => {
        const order = entry.at - at || entry.sequence - sequence;
        return order > 0 || (options.inclusive && order === 0);
      })
      .map((entry) => ({ id: `${entry.at}-${entry.sequence}`, payload: entry.payload }));
  }
}
