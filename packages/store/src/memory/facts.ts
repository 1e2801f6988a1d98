import type { FactBatch, FactStream, InvocationEvent } from "@sluice/core";
import { checkStreamCursor } from "../stream-cursor.ts";
import { FACT_LIMITS, type StreamLimits } from "../stream-limits.ts";
import { MemoryCappedStream } from "./capped-stream.ts";

export interface MemoryFactsOptions {
  readonly now: () => number;
  readonly limits?: StreamLimits | undefined;
}

export class MemoryFacts implements FactStream {
  readonly #stream: MemoryCappedStream;
  /** Reads that wait for something to come. */
  readonly #waiting = new Set<() => void>();
  #stopped = false;

  constructor(options: MemoryFactsOptions) {
    this.#stream = new MemoryCappedStream({ now: options.now, limits: options.limits ?? FACT_LIMITS });
  }

  async append(facts: readonly InvocationEvent[]): Promise<void> {
    if (facts.length === 0) return;
    this.#stream.append(JSON.stringify(facts));
    for (const wake of this.#waiting) wake();
  }

  async read(
    after: string,
    options: { readonly limit: number; readonly blockMs: number },
  ): Promise<readonly FactBatch[]> {
    checkStreamCursor(after);
    if (this.#stopped) return [];
    const found = this.#read(after, options.limit);
    if (found.length > 0 || options.blockMs <= 0) return found;
    await this.#wait(options.blockMs);
    return this.#stopped ? [] : this.#read(after, options.limit);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const wake of this.#waiting) wake();
  }

  #read(after: string, limit: number): FactBatch[] {
    const entries = this.#stream.read(after, { inclusive: false }).slice(0, Math.max(1, limit));
    return entries.map(({ id, payload }) => ({ cursor: id, facts: JSON.parse(payload) as InvocationEvent[] }));
  }

  #wait(blockMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, blockMs);
      this.#waiting.add(wake);
    });
  }
}
