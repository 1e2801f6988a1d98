import { setTimeout as delay } from "node:timers/promises";
import type { CheckpointStore, FactBatch, FactStream, InvocationEvent } from "@sluice/core";

/** A stream and a checkpoint store in memory that can be cut off, trimmed and emptied. */
export class FakeStream implements FactStream, CheckpointStore {
  readonly #checkpoints = new Map<string, string>();
  #batches: FactBatch[] = [];
  #sequence = 0;
  down = false;
  saves = 0;
  refusals = 0;

  async append(facts: readonly InvocationEvent[]): Promise<void> {
    this.#check();
    this.#sequence += 1;
    this.#batches.push({ cursor: `1000-${this.#sequence}`, facts });
  }

  async read(after: string, options: { limit: number; blockMs: number }): Promise<readonly FactBatch[]> {
    this.#check();
    const from = after === "0" ? 0 : Number(after.split("-")[1]);
    const page = this.#batches.filter(({ cursor }) => Number(cursor.split("-")[1]) > from).slice(0, options.limit);
    if (page.length === 0 && options.blockMs > 0) await delay(5);
    return page;
  }

  async load(consumer: string): Promise<string | undefined> {
    this.#check();
    return this.#checkpoints.get(consumer);
  }

  async save(consumer: string, state: string): Promise<void> {
    this.#check();
    this.saves += 1;
    this.#checkpoints.set(consumer, state);
  }

  /** Drops the oldest batches, as the cap of the stream does. */
  trim(count: number): void {
    this.#batches = this.#batches.slice(count);
  }

  #check(): void {
    if (!this.down) return;
    this.refusals += 1;
    throw new Error("Connection is closed.");
  }
}
