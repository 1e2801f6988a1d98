/** Who wants to hear what happens under a name. */
export class Listeners<T> {
  readonly #listeners = new Map<string, Set<(value: T) => void>>();

  add(name: string, listener: (value: T) => void): () => Promise<void> {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return async () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(name) === listeners) this.#listeners.delete(name);
    };
  }

  call(name: string, value: T): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(value);
  }
}
