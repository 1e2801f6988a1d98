import {
  type AsyncRule,
  asyncRuleOf,
  type FunctionRecord,
  type FunctionRef,
  type FunctionSettings,
  type FunctionVersion,
  functionKey,
  LATEST,
  type Registry,
  resolveQualifier,
} from "@sluice/core";

/** Without news from the registry for this long, an entry is asked for again. */
const FRESH_MS = 5_000;
const STALE_MS = 300_000;

/** What a qualifier stands for at the moment: which version runs, and what applies to it. */
export interface FunctionTarget {
  readonly version: FunctionVersion;
  readonly settings: FunctionSettings;
  /** Of the qualifier that was asked for. */
  readonly rule: AsyncRule;
}

interface Entry {
  readonly record: FunctionRecord;
  readonly versions: Map<string, FunctionVersion>;
  readonly until: number;
}

export interface FunctionCacheOptions {
  readonly registry: Registry;
  readonly now: () => number;
  /** From 0 to 1, for weighted aliases. */
  readonly chance?: () => number;
}

/** Functions with those of their versions that run, kept until the registry says that they changed. */
export class FunctionCache {
  readonly #registry: Registry;
  readonly #now: () => number;
  readonly #chance: () => number;
  readonly #entries = new Map<string, Entry>();
  #generation = 0;

  constructor(options: FunctionCacheOptions) {
    this.#registry = options.registry;
    this.#now = options.now;
    this.#chance = options.chance ?? Math.random;
  }

  /** What is known without asking. */
  peek(ref: FunctionRef, qualifier: string): FunctionTarget | undefined {
    const entry = this.#entries.get(functionKey(ref));
    if (entry === undefined || entry.until <= this.#now()) return undefined;
    const { record, versions } = entry;
    const name = resolveQualifier(record.aliases, qualifier, this.#chance());
    if (name === undefined) return undefined;
    const version = name === LATEST ? record.latest : versions.get(name);
    return version === undefined ? undefined : toTarget(record, version, qualifier);
  }

  /** Undefined: no such function, or it has no such version or alias. @throws PlatformError Service.Unavailable */
  async get(ref: FunctionRef, qualifier: string): Promise<FunctionTarget | undefined> {
    const known = this.peek(ref, qualifier);
    if (known !== undefined) return known;
    const entry = await this.#entry(ref);
    if (entry === undefined) return undefined;
    const name = resolveQualifier(entry.record.aliases, qualifier, this.#chance());
    const version = name === undefined ? undefined : await this.#version(ref, entry, name);
    return version === undefined ? undefined : toTarget(entry.record, version, qualifier);
  }

  /** Settings of the function, whatever the version. @throws PlatformError Service.Unavailable */
  async settings(ref: FunctionRef): Promise<FunctionSettings | undefined> {
    return (await this.#entry(ref))?.record.settings;
  }

  async #entry(ref: FunctionRef): Promise<Entry | undefined> {
    const key = functionKey(ref);
    const known = this.#entries.get(key);
    if (known !== undefined && known.until > this.#now()) return known;
    const generation = this.#generation;
    const record = await this.#ask(ref, known);
    if (record === undefined) return undefined;
    const entry = { record, versions: new Map<string, FunctionVersion>(), until: this.#now() + FRESH_MS };
    // An answer that was on its way while the function changed may be the old one.
    if (generation === this.#generation) this.#entries.set(key, entry);
    return entry;
  }

  /** While Redis is away, what was known lately is better than no answer. */
  async #ask(ref: FunctionRef, known: Entry | undefined): Promise<FunctionRecord | undefined> {
    try {
      return await this.#registry.getFunction(ref);
    } catch (error) {
      if (known !== undefined && known.until + STALE_MS > this.#now()) return known.record;
      throw error;
    }
  }

  async #version(ref: FunctionRef, entry: Entry, name: string): Promise<FunctionVersion | undefined> {
    if (name === LATEST) return entry.record.latest;
    const known = entry.versions.get(name);
    if (known !== undefined) return known;
    const version = await this.#registry.getVersion(ref, name);
    if (version !== undefined) entry.versions.set(name, version);
    return version;
  }

  forget(ref: FunctionRef | undefined): void {
    this.#generation += 1;
    if (ref === undefined) this.#entries.clear();
    else this.#entries.delete(functionKey(ref));
  }
}

function toTarget(record: FunctionRecord, version: FunctionVersion, qualifier: string): FunctionTarget {
  return { version, settings: record.settings, rule: asyncRuleOf(record.settings, qualifier) };
}
