import { CRYPTO_LIMITS } from "@sluice/core";

export interface QueuedTask<Owner> {
  readonly owner: Owner;
  readonly run: () => Promise<void>;
}

/**
 * The line before the thread pool. Few run at once, so that the pool has threads left and their memory is bounded; the
 * next to run is one of an owner that has none running, so that one guest's flood does not hold up another's call.
 */
export class TaskQueue<Owner> {
  readonly #isAlive: (owner: Owner) => boolean;
  readonly #running: Owner[] = [];
  #waiting: QueuedTask<Owner>[] = [];

  constructor(isAlive: (owner: Owner) => boolean) {
    this.#isAlive = isAlive;
  }

  /** @returns false when too many wait already */
  submit(task: QueuedTask<Owner>): boolean {
    if (this.#running.length < CRYPTO_LIMITS.tasksRunningMax) {
      void this.#start(task);
      return true;
    }
    if (this.#waiting.length >= CRYPTO_LIMITS.tasksWaitingMax) {
      this.#waiting = this.#waiting.filter(({ owner }) => this.#isAlive(owner));
      if (this.#waiting.length >= CRYPTO_LIMITS.tasksWaitingMax) return false;
    }
    this.#waiting.push(task);
    return true;
  }

  async #start(task: QueuedTask<Owner>): Promise<void> {
    this.#running.push(task.owner);
    try {
      await task.run();
    } finally {
      this.#running.splice(this.#running.indexOf(task.owner), 1);
    }
    const next = this.#next();
    if (next !== undefined) void this.#start(next);
  }

  #next(): QueuedTask<Owner> | undefined {
    this.#waiting = this.#waiting.filter(({ owner }) => this.#isAlive(owner));
    const at = this.#waiting.findIndex(({ owner }) => !this.#running.includes(owner));
    return this.#waiting.splice(Math.max(0, at), 1)[0];
  }
}
