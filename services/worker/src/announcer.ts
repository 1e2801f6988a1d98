import type { WorkerDirectory, WorkerLease } from "@sluice/core";

export interface AnnouncerOptions {
  readonly workers: WorkerDirectory;
  readonly lease: () => WorkerLease;
  readonly onError: (error: unknown) => void;
}

const EVERY_MS = 1_000;
const TTL_MS = 5_000;

/** Keeps this worker's lease alive: gateways call only workers that have one. */
export class Announcer {
  readonly #options: AnnouncerOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  /** Resolves once the worker is known. */
  async start(): Promise<void> {
    await this.tick();
    this.#timer = setInterval(() => void this.tick(), EVERY_MS);
  }

  async tick(): Promise<void> {
    const { workers, lease, onError } = this.#options;
    await workers.announce(lease(), TTL_MS).catch(onError);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const { workers, lease, onError } = this.#options;
    await workers.withdraw(lease().id).catch(onError);
  }
}
