import { type FunctionRef, type FunctionVersion, functionKey, LATEST, type Registry } from "@sluice/core";

/** Without news from the registry for this long, an entry is asked for again. */
const FRESH_MS = 5_000;
const STALE_MS = 300_000;

interface Entry {
  readonly version: FunctionVersion;
  readonly until: number;
}

/** Versions by function and qualifier, kept until the registry says that they changed. */
export class FunctionCache {
  readonly #registry: Registry;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();
  #generation = 0;

  constructor(options: { readonly registry: Registry; readonly now: () => number }) {
    this.#registry = options.registry;
    this.#now = options.now;
  }

  /** What is known without asking. */
  peek(ref: FunctionRef, qualifier: string): FunctionVersion | undefined {
    const entry = this.#entries.get(`${functionKey(ref)}:${qualifier}`);
    if (entry === undefined) return undefined;
    // A numbered version never changes, but its function may be deleted.
    return entry.until > this.#now() ? entry.version : undefined;
  }

  /** @throws PlatformError Service.Unavailable */
  async get(ref: FunctionRef, qualifier: string): Promise<FunctionVersion | undefined> {
    const known = this.peek(ref, qualifier);
    if (known !== undefined) return known;
    const generation = this.#generation;
    const version = await this.#ask(ref, qualifier);
    // An answer that was on its way while the function changed may be the old one.
    if (version !== undefined && generation === this.#generation) {
      this.#entries.set(`${functionKey(ref)}:${qualifier}`, { version, until: this.#now() + FRESH_MS });
    }
    return version;
  }

  /** While Redis is away, what was known lately is better than no answer. */
  async #ask(ref: FunctionRef, qualifier: string): Promise<FunctionVersion | undefined> {
    try {
      return await this.#registry.getVersion(ref, qualifier);
    } catch (error) {
      const stale = this.#entries.get(`${functionKey(ref)}:${qualifier}`);
      if (stale !== undefined && stale.until + STALE_MS > this.#now()) return stale.version;
      throw error;
    }
  }

  forget(ref: FunctionRef | undefined): void {
    this.#generation += 1;
    if (ref === undefined) return this.#entries.clear();
    const key = functionKey(ref);
    for (const known of this.#entries.keys()) {
      if (known === `${key}:${LATEST}` || known.startsWith(`${key}:`)) this.#entries.delete(known);
    }
  }
}
