import type { CheckpointStore } from "@sluice/core";

export class MemoryCheckpoints implements CheckpointStore {
  readonly #states = new Map<string, string>();

  async load(consumer: string): Promise<string | undefined> {
    return this.#states.get(consumer);
  }

  async save(consumer: string, state: string): Promise<void> {
    this.#states.set(consumer, state);
  }
}
