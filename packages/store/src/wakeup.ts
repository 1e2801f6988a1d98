/** Shortest pause, so that what is due all the time cannot make a waiter spin. */
const PAUSE_MS_MIN = 20;

/** A bell that one waiter hears, also when it rang before the wait. */
class Wakeup {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Until the bell rings, the time is over or the signal aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          signal.removeEventListener("abort", wake);
          this.#wake = undefined;
          resolve();
        };
        const timer = setTimeout(wake, Math.max(ms, PAUSE_MS_MIN));
        signal.addEventListener("abort", wake);
        this.#wake = wake;
      });
    }
    this.#rung = false;
  }
}

export interface WaitOptions<T> {
  readonly waitMs: number;
  readonly signal: AbortSignal;
  readonly listen: (ring: () => void) => Promise<() => Promise<void>>;
  /** One look; `dueMs`: when to look again though no bell rang. */
  readonly look: () => Promise<{ readonly answer: T; readonly found: boolean; readonly dueMs: number }>;
}

/** Looks until something is found, without spinning. The bell hangs before the first look that counts on it. */
export async function waitFor<T>(options: WaitOptions<T>): Promise<T> {
  const { signal, look } = options;
  const wakeup = new Wakeup();
  const deadline = performance.now() + options.waitMs;
  const stop = await options.listen(() => wakeup.ring());
  try {
    for (;;) {
      const { answer, found, dueMs } = await look();
      const leftMs = deadline - performance.now();
      if (found || leftMs <= 0 || signal.aborted) return answer;
      await wakeup.wait(Math.min(dueMs, leftMs), signal);
      // Nobody is there to take what another look would hand out.
      if (signal.aborted) return answer;
    }
  } finally {
    await stop();
  }
}
