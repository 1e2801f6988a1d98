import type { CellDefinition } from "./cell-definitions.ts";
import type { VersionSpec } from "./run.ts";

/** Environments of one version that a cell keeps ready. */
export interface ProvisionedHere {
  readonly version: VersionSpec;
  readonly wanted: number;
  ready: number;
  /** Why the last one could not be made; empty: it could. */
  failure: string;
}

export interface CellProvisionsOptions {
  readonly define: (version: VersionSpec) => CellDefinition;
  readonly drop: (key: string) => void;
  readonly send: (definition: number, wanted: number) => void;
}

const LOAD_AGAIN_MS = 2_000;

/** What one cell has been told to keep ready, and what it says of it. */
export class CellProvisions {
  /** By version key. */
  readonly entries = new Map<string, ProvisionedHere>();
  readonly #options: CellProvisionsOptions;

  constructor(options: CellProvisionsOptions) {
    this.#options = options;
  }

  set(version: VersionSpec, wanted: number): void {
    const { define, drop, send } = this.#options;
    const { key } = version;
    const entry: ProvisionedHere = { version, wanted, ready: this.entries.get(key)?.ready ?? 0, failure: "" };
    if (wanted === 0) this.entries.delete(key);
    else this.entries.set(key, entry);
    const { id, load } = define(version);
    load.then(
      () => send(id, this.entries.get(key)?.wanted ?? 0),
      () => {
        drop(key);
        entry.failure = "The code could not be loaded.";
        const again = (): void => void (this.entries.get(key) === entry && this.set(version, wanted));
        setTimeout(again, LOAD_AGAIN_MS).unref();
      },
    );
  }

  note(key: string | undefined, ready: number, failure: string): void {
    const entry = this.entries.get(key ?? "");
    if (entry !== undefined) Object.assign(entry, { ready, failure });
  }

  /** Isolates that there are or are about to be, by version key. */
  join(warm: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    if (this.entries.size === 0) return warm;
    const all = new Map(warm);
    for (const [key, { wanted }] of this.entries) all.set(key, Math.max(wanted, all.get(key) ?? 0));
    return all;
  }
}
