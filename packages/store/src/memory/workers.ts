import type { WorkerDirectory, WorkerLease } from "@sluice/core";
import { workerFace } from "../worker-face.ts";

export interface MemoryWorkersOptions {
  readonly now: () => number;
}

export class MemoryWorkers implements WorkerDirectory {
  readonly #now: () => number;
  readonly #leases = new Map<string, { readonly lease: WorkerLease; readonly endsAt: number }>();
  readonly #listeners = new Set<() => void>();

  constructor(options: MemoryWorkersOptions) {
    this.#now = options.now;
  }

  async announce(lease: WorkerLease, ttlMs: number): Promise<void> {
    const known = this.#leases.get(lease.id);
    const now = this.#now();
    this.#leases.set(lease.id, { lease: structuredClone(lease), endsAt: now + ttlMs });
    const same = known !== undefined && known.endsAt > now && workerFace(known.lease) === workerFace(lease);
    if (!same) this.#tell();
  }

  async withdraw(id: string): Promise<void> {
    if (this.#leases.delete(id)) this.#tell();
  }

  async list(): Promise<readonly WorkerLease[]> {
    const now = this.#now();
    for (const [id, { endsAt }] of this.#leases) if (endsAt <= now) await this.withdraw(id);
    return [...this.#leases.values()].map(({ lease }) => structuredClone(lease));
  }

  async onChange(listener: () => void): Promise<() => Promise<void>> {
    const own = (): void => listener();
    this.#listeners.add(own);
    return async () => {
      this.#listeners.delete(own);
    };
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
