import {
  type BoundTrigger,
  type FunctionRef,
  PlatformError,
  type Registry,
  type Trigger,
  type TriggerType,
} from "@sluice/core";

type Bound<T extends TriggerType> = BoundTrigger<Extract<Trigger, { type: T }>>;

interface Entry {
  readonly bound: BoundTrigger | undefined;
  readonly until: number;
}

const FRESH_MS = 5_000;
const STALE_MS = 300_000;
/** Names that do not exist are remembered briefly, so that a scan of names does not become load on Redis. */
const ABSENT_MS = 1_000;
const ENTRIES_MAX = 10_000;

/** Triggers by tenant, type and name, kept until the registry says that something changed. */
export class TriggerCache {
  readonly #registry: Registry;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();
  #generation = 0;

  constructor(options: { readonly registry: Registry; readonly now: () => number }) {
    this.#registry = options.registry;
    this.#now = options.now;
  }

  /** @throws PlatformError Trigger.NotFound, Service.Unavailable */
  async find<T extends TriggerType>(tenant: string, type: T, name: string): Promise<Bound<T>> {
    const bound = await this.#lookUp(tenant, type, name);
    if (bound !== undefined) return bound;
    throw new PlatformError("Trigger.NotFound", `There is no ${type} trigger '${name}'.`);
  }

  /** The http trigger of a function. @throws PlatformError Function.NotFound, Function.NoUrl, Service.Unavailable */
  async findUrl(ref: FunctionRef): Promise<Bound<"http">> {
    const bound = await this.#lookUp(ref.tenant, "http", ref.name);
    if (bound !== undefined) return bound;
    const exists = (await this.#registry.getFunction(ref)) !== undefined;
    throw exists
      ? new PlatformError("Function.NoUrl", `Function '${ref.name}' has no http trigger.`)
      : new PlatformError("Function.NotFound", `There is no function '${ref.name}'.`);
  }

  forgetAll(): void {
    this.#generation += 1;
    this.#entries.clear();
  }

  /** While Redis is away, what was known lately is better than no answer. */
  async #ask(
    tenant: string,
    type: TriggerType,
    name: string,
    known: Entry | undefined,
  ): Promise<BoundTrigger | undefined> {
    try {
      return await this.#registry.getTrigger(tenant, type, name);
    } catch (error) {
      if (known?.bound !== undefined && known.until + STALE_MS > this.#now()) return known.bound;
      throw error;
    }
  }

  async #lookUp<T extends TriggerType>(tenant: string, type: T, name: string): Promise<Bound<T> | undefined> {
    const key = `${tenant}/${type}/${name}`;
    const known = this.#entries.get(key);
    if (known !== undefined && known.until > this.#now()) return known.bound as Bound<T> | undefined;
    const generation = this.#generation;
    const bound = await this.#ask(tenant, type, name, known);
    if (generation === this.#generation) {
      if (this.#entries.size >= ENTRIES_MAX) this.#entries.clear();
      this.#entries.set(key, { bound, until: this.#now() + (bound === undefined ? ABSENT_MS : FRESH_MS) });
    }
    return bound as Bound<T> | undefined;
  }
}
