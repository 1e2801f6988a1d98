import type { ClaimedUnits, ClaimUnits, SaveProgress, SourceLeases } from "@sluice/core";

interface Held {
  readonly holder: string;
  readonly until: number;
}

export class MemorySourceLeases implements SourceLeases {
  readonly #now: () => number;
  readonly #units = new Map<string, Held>();
  readonly #holders = new Map<string, number>();
  readonly #demand = new Map<string, { readonly count: number; readonly until: number }>();
  readonly #progress = new Map<string, Map<string, string>>();

  constructor(options: { readonly now: () => number }) {
    this.#now = options.now;
  }

  async claim({ holder, leaseMs, keep, take, takeMax, demand }: ClaimUnits): Promise<ClaimedUnits> {
    const now = this.#now();
    const until = now + leaseMs;
    this.#holders.set(holder, until);
    for (const map of [this.#units, this.#demand]) {
      for (const [key, held] of map) if (held.until <= now) map.delete(key);
    }
    for (const [name, end] of this.#holders) if (end <= now) this.#holders.delete(name);
    const mine = keep.filter((unit) => this.#units.get(unit)?.holder === holder);
    const free = take.filter((unit) => (this.#units.get(unit)?.holder ?? holder) === holder);
    const taken = free.slice(0, takeMax);
    const units = [...mine, ...taken];
    for (const unit of units) this.#units.set(unit, { holder, until });
    for (const [mapping, count] of Object.entries(demand)) {
      if (count >= (this.#demand.get(mapping)?.count ?? 0)) this.#demand.set(mapping, { count, until });
    }
    const asked = Object.fromEntries([...this.#demand].map(([mapping, { count }]) => [mapping, count]));
    return { units, holders: this.#holders.size, demand: asked };
  }

  async release(holder: string, units: readonly string[]): Promise<void> {
    for (const unit of units) if (this.#units.get(unit)?.holder === holder) this.#units.delete(unit);
  }

  async leave(holder: string, units: readonly string[]): Promise<void> {
    await this.release(holder, units);
    this.#holders.delete(holder);
  }

  async load(mapping: string): Promise<Readonly<Record<string, string>>> {
    return Object.fromEntries(this.#progress.get(mapping) ?? []);
  }

  async save({ holder, unit, mapping, field, value, drop = [] }: SaveProgress): Promise<boolean> {
    const held = this.#units.get(unit);
    if (held?.holder !== holder || held.until <= this.#now()) return false;
    await this.note(mapping, field, value);
    for (const one of drop) this.#progress.get(mapping)?.delete(one);
    return true;
  }

  async note(mapping: string, field: string, value: string): Promise<void> {
    const fields = this.#progress.get(mapping) ?? new Map<string, string>();
    this.#progress.set(mapping, fields.set(field, value));
  }

  async forget(mapping: string): Promise<void> {
    this.#progress.delete(mapping);
  }
}
