import { setImmediate } from "node:timers/promises";

const TURN_MS = 10;

/** Lets the rest of the worker have its turn in the middle of long work. */
export class Breath {
  #since = performance.now();

  /** Between two pieces of the work; returns at once until enough time has gone by. */
  async take(): Promise<void> {
    if (performance.now() - this.#since < TURN_MS) return;
    await setImmediate();
    this.#since = performance.now();
  }
}
