/** Runs something soon after it was asked for, however often that is, but at most once in a while. */
export class Throttled {
  readonly #everyMs: number;
  readonly #run: () => void;
  #last = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(everyMs: number, run: () => void) {
    this.#everyMs = everyMs;
    this.#run = run;
  }

  ask(): void {
    if (this.#timer !== undefined) return;
    const waitMs = Math.max(0, this.#last + this.#everyMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#last = performance.now();
      this.#run();
    }, waitMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.ask = () => undefined;
  }
}
