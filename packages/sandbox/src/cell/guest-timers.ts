import { LIMITS } from "@sluice/core";

const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The host side of `setTimeout`: repeating and ordering are the guest's business. */
export class GuestTimers {
  readonly #fire: (id: number) => void;
  readonly #timers = new Map<number, NodeJS.Timeout>();

  constructor(fire: (id: number) => void) {
    this.#fire = fire;
  }

  get size(): number {
    return this.#timers.size;
  }

  start(id: number, delayMs: number): void {
    // The prelude keeps to its limit; what goes beyond is not the prelude's.
    if (this.#timers.has(id) || this.#timers.size >= 2 * LIMITS.timersPerInvocation) return;
    const delay = Number.isFinite(delayMs) ? Math.min(Math.max(delayMs, 0), LONGEST_TIMEOUT_MS) : 0;
    const timer = setTimeout(() => {
      this.#timers.delete(id);
      this.#fire(id);
    }, delay);
    timer.unref();
    this.#timers.set(id, timer);
  }

  cancel(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
