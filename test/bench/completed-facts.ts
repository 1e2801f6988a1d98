import type { FactStream } from "@sluice/core";

const BATCHES = 1_000;

/** Counts what the product's own record says was completed. */
export class CompletedFacts {
  readonly #facts: FactStream;
  readonly #function: string;
  #cursor = "0";
  #completed = 0;

  constructor(options: { readonly facts: FactStream; readonly function: string }) {
    this.#facts = options.facts;
    this.#function = options.function;
  }

  /** Attempts of the function's events that ended without an error, since this was made. */
  async count(): Promise<number> {
    for (;;) {
      const batches = await this.#facts.read(this.#cursor, { limit: BATCHES, blockMs: 0 });
      if (batches.length === 0) return this.#completed;
      for (const { cursor, facts } of batches) {
        this.#cursor = cursor;
        for (const fact of facts) {
          const ours = fact.type === "finished" && fact.lane === "queued" && fact.function === this.#function;
          if (ours && fact.errorType === null) this.#completed += 1;
        }
      }
    }
  }
}
