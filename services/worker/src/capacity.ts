import { type FunctionRef, functionKey } from "@sluice/core";

/** How much runs in this worker, over both lanes, and how much may. */
export class Capacity {
  readonly limit: number;
  readonly #running = new Map<string, number>();
  #inFlight = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** @returns false when the worker is full */
  take(ref: FunctionRef): boolean {
    if (this.#inFlight >= this.limit) return false;
    this.#inFlight += 1;
    const key = functionKey(ref);
    this.#running.set(key, (this.#running.get(key) ?? 0) + 1);
    return true;
  }

  give(ref: FunctionRef): void {
    this.#inFlight -= 1;
    const key = functionKey(ref);
    const left = (this.#running.get(key) ?? 1) - 1;
    if (left > 0) this.#running.set(key, left);
    else this.#running.delete(key);
  }

  /** Running now, by function key. */
  running(): Record<string, number> {
    return Object.fromEntries(this.#running);
  }
}
