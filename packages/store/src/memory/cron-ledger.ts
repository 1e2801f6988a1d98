import type { CronLedger } from "@sluice/core";

export class MemoryCronLedger implements CronLedger {
  readonly #slots = new Map<string, number>();

  async lastSlot(tenant: string, trigger: string): Promise<number | undefined> {
    return this.#slots.get(`${tenant}/${trigger}`);
  }

  async advance(tenant: string, trigger: string, slot: number): Promise<void> {
    const key = `${tenant}/${trigger}`;
    this.#slots.set(key, Math.max(slot, this.#slots.get(key) ?? slot));
  }

  async forget(tenant: string, trigger: string): Promise<void> {
    this.#slots.delete(`${tenant}/${trigger}`);
  }
}
