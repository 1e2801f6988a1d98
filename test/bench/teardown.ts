export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
}

/**
 * Everything that was started, stopped again in the reverse order, whether the run ended or was interrupted.
 *
 *   T1 What is added after `close` began is stopped at once, and the caller is told by an error.
 *   T2 A stop that fails does not keep the others from being called.
 */
export class Teardown {
  readonly #stops: (() => Promise<void> | void)[] = [];
  readonly #onFault: (error: unknown) => void;
  #closing: Promise<void> | undefined;

  constructor(options: { readonly onFault: (error: unknown) => void }) {
    this.#onFault = options.onFault;
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** @throws InterruptedError when everything is being stopped already */
  checkpoint(): void {
    if (this.closed) throw new InterruptedError("interrupted");
  }

  /** Answers a function that stops this thing alone, once. */
  async add(stop: () => Promise<void> | void): Promise<() => Promise<void>> {
    let stopped: Promise<void> | undefined;
    const once = (): Promise<void> => (stopped ??= this.#run(stop));
    if (this.closed) await once();
    this.checkpoint();
    this.#stops.push(once);
    return once;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // A turn later, so that `closed` is true for whatever the stops set free.
    await Promise.resolve();
    for (let stop = this.#stops.pop(); stop !== undefined; stop = this.#stops.pop()) await stop();
  }

  async #run(stop: () => Promise<void> | void): Promise<void> {
    try {
      await stop();
    } catch (error) {
      this.#onFault(error);
    }
  }
}
