const FIRST_MS = 100;
const LONGEST_MS = 10_000;

/** Cells that end before they have started are not replaced at once: whatever the cause, haste would only add to it. */
export class SpawnBackoff {
  #failures = 0;
  #until = 0;

  /** @returns milliseconds until the next try */
  failed(now: number): number {
    const waitMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 16);
    this.#until = now + waitMs;
    return waitMs;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#until = 0;
  }

  blocks(now: number): boolean {
    return now < this.#until;
  }
}
