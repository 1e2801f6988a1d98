/** The isolates of one cell that made host calls, each as a signal that aborts when it is gone. */
export class EnvironmentLives {
  readonly #lives = new Map<number, AbortController>();

  of(id: number): AbortSignal {
    const known = this.#lives.get(id);
    if (known !== undefined) return known.signal;
    const life = new AbortController();
    this.#lives.set(id, life);
    return life.signal;
  }

  end(id: number): void {
    this.#lives.get(id)?.abort();
    this.#lives.delete(id);
  }

  /** The cell is gone. */
  endAll(): void {
    for (const id of this.#lives.keys()) this.end(id);
  }
}
