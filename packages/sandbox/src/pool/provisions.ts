import type { CellProcess } from "./cell-process.ts";
import type { VersionSpec } from "./run.ts";
import { SpawnBackoff } from "./spawn-backoff.ts";

/** Environments of a version that shall be ready at all times. */
export interface ProvisionTarget {
  readonly version: VersionSpec;
  readonly wanted: number;
}

/** What has become of it. */
export interface ProvisionReport {
  readonly wanted: number;
  /** For which there is room: ready, or being made. */
  readonly allocated: number;
  readonly ready: number;
  /** Why there are fewer than wanted, and not only because they are still being made. */
  readonly reason?: string;
}

export interface ProvisionsOptions {
  readonly cells: () => Iterable<CellProcess>;
  /** A fresh cell for a tenant, if there is room for one. */
  readonly newCell: (tenant: string) => CellProcess | undefined;
  readonly maxCells: number;
  readonly isolatesPerCell: number;
  readonly cellMemoryMb: number;
  readonly now: () => number;
}

interface Held extends ProvisionTarget {
  /** Cells that ended while they made environments of it. */
  readonly backoff: SpawnBackoff;
  cellsLost: number;
}

/** Provisioned environments may have half of the cells, and half of a cell's isolates: the rest is for whatever comes. */
const SHARE = 0.5;

/**
 * Which cell keeps how many provisioned environments ready. A cell takes as many as may use all the memory that their
 * function declares: what was promised must be there when all of them run.
 */
export class Provisions {
  readonly #options: ProvisionsOptions;
  readonly #held = new Map<string, Held>();

  constructor(options: ProvisionsOptions) {
    this.#options = options;
  }

  /** From now on these and no others. */
  set(targets: readonly ProvisionTarget[]): void {
    const keys = new Set(targets.map(({ version }) => version.key));
    for (const key of this.#held.keys()) if (!keys.has(key)) this.#held.delete(key);
    for (const target of targets) {
      const { backoff = new SpawnBackoff(), cellsLost = 0 } = this.#held.get(target.version.key) ?? {};
      this.#held.set(target.version.key, { ...target, backoff, cellsLost });
    }
    this.#release();
    this.keep();
  }

  /** Finds places for what has none. */
  keep(): void {
    for (const held of this.#held.values()) {
      const { allocated, ready } = this.#count(held);
      if (ready >= held.wanted) {
        held.backoff.succeeded();
        held.cellsLost = 0;
      }
      if (allocated > held.wanted) this.#shrink(held, allocated - held.wanted);
      else if (allocated < held.wanted && !held.backoff.blocks(this.#options.now())) {
        this.#grow(held, held.wanted - allocated);
      }
    }
  }

  /** A cell is gone, or takes nothing new. */
  lost(cell: CellProcess): void {
    for (const [key, { wanted, ready }] of cell.provisions.entries) {
      const held = this.#held.get(key);
      if (held === undefined || ready >= wanted) continue;
      held.cellsLost += 1;
      held.backoff.failed(this.#options.now());
    }
    cell.provisions.entries.clear();
    this.keep();
  }

  report(): ReadonlyMap<string, ProvisionReport> {
    return new Map([...this.#held].map(([key, held]) => [key, this.#reportOf(held)]));
  }

  #reportOf(held: Held): ProvisionReport {
    const { wanted, cellsLost } = held;
    const { allocated, ready, failure } = this.#count(held);
    const missing = wanted - allocated;
    const base = { wanted, allocated, ready };
    if (ready >= wanted) return base;
    if (failure !== "") return { ...base, reason: failure };
    if (cellsLost > 0) return { ...base, reason: "The process ended in which environments were being made." };
    if (missing > 0) return { ...base, reason: `There is no room for ${missing} of ${wanted} environments.` };
    return base;
  }

  #count({ version }: Held): { readonly allocated: number; readonly ready: number; readonly failure: string } {
    let [allocated, ready, failure] = [0, 0, ""];
    for (const cell of this.#options.cells()) {
      const here = cell.retiring ? undefined : cell.provisions.entries.get(version.key);
      if (here === undefined) continue;
      allocated += here.wanted;
      ready += Math.min(here.wanted, here.ready);
      failure ||= here.failure;
    }
    return { allocated, ready, failure };
  }

  #release(): void {
    for (const cell of this.#options.cells()) {
      for (const [key, { version }] of cell.provisions.entries)
        if (!this.#held.has(key)) cell.provisions.set(version, 0);
    }
  }

  #shrink({ version }: Held, surplus: number): void {
    let left = surplus;
    for (const cell of this.#options.cells()) {
      const here = cell.provisions.entries.get(version.key)?.wanted ?? 0;
      if (here === 0 || left === 0) continue;
      const fewer = Math.min(here, left);
      cell.provisions.set(version, here - fewer);
      left -= fewer;
    }
  }

  #grow({ version }: Held, missing: number): void {
    let left = missing;
    let taken = 0;
    for (const cell of this.#options.cells()) if (cell.provisions.entries.size > 0) taken += 1;
    for (const cell of this.#options.cells()) {
      if (left === 0 || cell.tenant !== version.tenant || cell.retiring || cell.quarantine !== "none") continue;
      if (cell.provisions.entries.size === 0 && taken >= this.#cellsMax) continue;
      if (cell.provisions.entries.size === 0) taken += 1;
      left -= this.#add(cell, version, left);
    }
    for (; left > 0 && taken < this.#cellsMax; taken += 1) {
      const cell = this.#options.newCell(version.tenant);
      if (cell === undefined) return;
      left -= this.#add(cell, version, left);
    }
  }

  get #cellsMax(): number {
    return Math.max(1, Math.floor(this.#options.maxCells * SHARE));
  }

  /** @returns how many the cell takes */
  #add(cell: CellProcess, version: VersionSpec, missing: number): number {
    const count = Math.min(missing, this.#roomIn(cell, version));
    if (count > 0) cell.provisions.set(version, (cell.provisions.entries.get(version.key)?.wanted ?? 0) + count);
    return count;
  }

  #roomIn(cell: CellProcess, version: VersionSpec): number {
    const { isolatesPerCell, cellMemoryMb } = this.#options;
    let [isolates, memoryMb] = [Math.max(1, Math.floor(isolatesPerCell * SHARE)), cellMemoryMb];
    for (const { wanted, version: other } of cell.provisions.entries.values()) {
      isolates -= wanted;
      memoryMb -= wanted * Math.min(other.definition.memoryMb, cellMemoryMb);
    }
    const each = Math.min(version.definition.memoryMb, cellMemoryMb);
    return Math.max(0, Math.min(isolates, Math.floor(memoryMb / each)));
  }
}
