import { FrameError } from "@sluice/core";

/** More than a cell can have; one that names more is not ours any longer. */
const LIVES_MAX = 1_000;

/** The isolates of one cell that made host calls, each as a signal that aborts when it is gone. */
export class EnvironmentLives {
  readonly #lives = new Map<number, AbortController>();

  /** @throws FrameError when there are more than there can be */
  of(id: number): AbortSignal {
    const known = this.#lives.get(id);
    if (known !== undefined) return known.signal;
    if (this.#lives.size >= LIVES_MAX) throw new FrameError("more isolates than a cell has");
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
