import { type ConcurrencySlots, type FunctionRef, functionKey } from "@sluice/core";

export interface ReservedSlotsOptions {
  readonly slots: ConcurrencySlots;
  /** Distinguishes this worker's holders from others'. */
  readonly workerId: string;
  readonly onError: (error: unknown) => void;
}

const LEASE_MS = 30_000;
const EXTEND_MS = 10_000;

/** This worker's share of functions' reserved concurrency: held by lease, so that a dead worker's slots come free. */
export class ReservedSlots {
  readonly #options: ReservedSlotsOptions;
  readonly #held = new Map<string, { readonly ref: FunctionRef; readonly holders: Set<string> }>();
  #timer: NodeJS.Timeout | undefined;
  #ids = 0;

  constructor(options: ReservedSlotsOptions) {
    this.#options = options;
  }

  /** @returns a function that gives the slot back, or undefined when all are taken */
  async acquire(ref: FunctionRef, limit: number): Promise<(() => void) | undefined> {
    const holder = `${this.#options.workerId}:${++this.#ids}`;
    if (!(await this.#options.slots.acquire(ref, holder, limit, LEASE_MS))) return undefined;
    const key = functionKey(ref);
    const held = this.#held.get(key) ?? { ref, holders: new Set<string>() };
    held.holders.add(holder);
    this.#held.set(key, held);
    this.#timer ??= setInterval(() => this.tick(), EXTEND_MS).unref();
    return () => this.#release(ref, holder);
  }

  /** Extends the lease of every slot that is held; the timer calls it. */
  tick(): void {
    for (const { ref, holders } of this.#held.values()) {
      this.#options.slots.extend(ref, [...holders], LEASE_MS).catch(this.#options.onError);
    }
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #release(ref: FunctionRef, holder: string): void {
    const key = functionKey(ref);
    const held = this.#held.get(key);
    held?.holders.delete(holder);
    if (held?.holders.size === 0) this.#held.delete(key);
    this.#options.slots.release(ref, holder).catch(this.#options.onError);
  }
}
