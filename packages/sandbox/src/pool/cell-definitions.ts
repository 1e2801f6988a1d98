import type { Definition } from "../cell-protocol.ts";
import type { VersionSpec } from "./run.ts";

export interface CellDefinition {
  readonly id: number;
  readonly version: VersionSpec;
  /** The cell has the code. */
  ready: boolean;
  readonly load: Promise<void>;
  /** Milliseconds since the epoch. */
  usedAt: number;
}

/** Function versions that one cell has been told of, or is about to be. */
export class CellDefinitions {
  readonly #send: (id: number, definition: Definition, code: Uint8Array) => void;
  readonly #byKey = new Map<string, CellDefinition>();
  readonly #byId = new Map<number, CellDefinition>();
  #ids = 0;

  constructor(send: (id: number, definition: Definition, code: Uint8Array) => void) {
    this.#send = send;
  }

  find(key: string): CellDefinition | undefined {
    return this.#byKey.get(key);
  }

  version(id: number): VersionSpec | undefined {
    return this.#byId.get(id)?.version;
  }

  /** The definition of a version; its code is loaded and sent on first sight. */
  of(version: VersionSpec, now: number): CellDefinition {
    const known = this.#byKey.get(version.key);
    if (known !== undefined) {
      known.usedAt = now;
      return known;
    }
    const id = ++this.#ids;
    const load = version.loadCode().then((code) => {
      this.#send(id, version.definition, code);
      definition.ready = true;
    });
    const definition: CellDefinition = { id, version, ready: false, load, usedAt: now };
    this.#byKey.set(version.key, definition);
    this.#byId.set(id, definition);
    return definition;
  }

  /** Forgets a definition whose code could not be loaded, so that the next run asks again. */
  drop(key: string): void {
    const definition = this.#byKey.get(key);
    if (definition !== undefined) this.#byId.delete(definition.id);
    this.#byKey.delete(key);
  }

  /** Takes out what was not used since `before` and of which the cell holds nothing. @returns ids to forget */
  sweep(before: number, isHeld: (key: string) => boolean): number[] {
    const ids: number[] = [];
    for (const [key, { id, ready, usedAt }] of this.#byKey) {
      if (!ready || usedAt > before || isHeld(key)) continue;
      this.drop(key);
      ids.push(id);
    }
    return ids;
  }
}
