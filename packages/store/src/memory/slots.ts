import { type ConcurrencySlots, functionKey, type FunctionRef } from "@sluice/core";

export interface MemorySlotsOptions {
  readonly now: () => number;
}

export class MemorySlots implements ConcurrencySlots {
  readonly #now: () => number;
  /** Ends of leases by holder, by function. */
  readonly #functions = new Map<string, Map<string, number>>();

  constructor(options: MemorySlotsOptions) {
    this.#now = options.now;
  }

  async acquire(ref: FunctionRef, holder: string, limit: number, leaseMs: number): Promise<boolean> {
    const held = this.#held(ref);
    if (!held.has(holder) && held.size >= limit) return false;
    held.set(holder, this.#now() + leaseMs);
    return true;
  }

  async extend(ref: FunctionRef, holders: readonly string[], leaseMs: number): Promise<void> {
    const held = this.#held(ref);
    for (const holder of holders) if (held.has(holder)) held.set(holder, this.#now() + leaseMs);
  }

  async release(ref: FunctionRef, holder: string): Promise<void> {
    this.#held(ref).delete(holder);
  }

  #held(ref: FunctionRef): Map<string, number> {
    const key = functionKey(ref);
    const held = this.#functions.get(key) ?? new Map<string, number>();
    this.#functions.set(key, held);
    const now = this.#now();
    for (const [holder, end] of held) if (end <= now) held.delete(holder);
    return held;
  }
}
