import type { Logger } from "./logger.ts";

/** Stops one thing; must be quick about it once the signal, which is the drain deadline, has fired. */
export type Stop = (deadline: AbortSignal) => void | Promise<void>;

export interface ShutdownOptions {
  readonly logger: Logger;
  /** What a stop gets to close its connections when the deadline is behind it. Default 1,000. */
  readonly forceMs?: number;
}

/** Stops what was started, the last first, so that nothing loses what it stands on. */
export class Shutdown {
  readonly #options: ShutdownOptions;
  readonly #stops: { readonly name: string; readonly stop: Stop }[] = [];
  #running: Promise<void> | undefined;

  constructor(options: ShutdownOptions) {
    this.#options = options;
  }

  get started(): boolean {
    return this.#running !== undefined;
  }

  add(name: string, stop: Stop): void {
    this.#stops.push({ name, stop });
  }

  /** Drains until the deadline, then forces. Never rejects; called again, it answers the same promise. */
  run(drainTimeoutMs: number): Promise<void> {
    this.#running ??= this.#run(AbortSignal.timeout(drainTimeoutMs));
    return this.#running;
  }

  async #run(deadline: AbortSignal): Promise<void> {
    for (let next = this.#stops.pop(); next !== undefined; next = this.#stops.pop()) {
      await this.#stop(next.name, next.stop, deadline);
    }
  }

  async #stop(name: string, stop: Stop, deadline: AbortSignal): Promise<void> {
    const { logger, forceMs = 1_000 } = this.#options;
    const { promise: overdue, resolve } = Promise.withResolvers<"overdue">();
    let timer: NodeJS.Timeout | undefined;
    const onDeadline = (): void => void (timer = setTimeout(() => resolve("overdue"), forceMs));
    if (deadline.aborted) onDeadline();
    else deadline.addEventListener("abort", onDeadline, { once: true });
    try {
      const outcome = await Promise.race([Promise.resolve(stop(deadline)), overdue]);
      if (outcome === "overdue") logger.warn({ part: name }, "did not stop by the drain deadline; going on without it");
    } catch (err) {
      logger.error({ err, part: name }, "failed to stop");
    } finally {
      deadline.removeEventListener("abort", onDeadline);
      clearTimeout(timer);
    }
  }
}
