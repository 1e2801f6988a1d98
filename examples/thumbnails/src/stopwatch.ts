/** Milliseconds from lap to lap. */
export class Stopwatch {
  readonly #now: () => number;
  #last: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#last = now();
  }

  lap(): number {
    const before = this.#last;
    this.#last = this.#now();
    return this.#last - before;
  }
}
