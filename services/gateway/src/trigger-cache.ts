import {
  type BoundTrigger,
  type FunctionRef,
  LATEST,
  PlatformError,
  type Registry,
  type Trigger,
  type TriggerType,
  urlTriggerName,
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
/** Of a version: it has no URL of its own. */
const NUMBER = /^\d+$/;

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

  /**
   * The http trigger for calls of a qualifier: the alias' own, else the function's.
   *
   * @throws PlatformError Function.NotFound, Function.NoUrl, Service.Unavailable
   */
  async findUrl(ref: FunctionRef, qualifier: string): Promise<Bound<"http">> {
    const ofAlias =
      qualifier === LATEST || NUMBER.test(qualifier)
        ? undefined
        : await this.#lookUp(ref.tenant, "http", urlTriggerName(ref.name, qualifier), true);
    const bound = ofAlias ?? (await this.#lookUp(ref.tenant, "http", ref.name));
    if (bound !== undefined) return bound;
    const exists = (await this.#registry.getFunction(ref)) !== undefined;
    throw exists
      ? new PlatformError("Function.NoUrl", `Function '${ref.name}' has no http trigger.`)
      : new PlatformError("Function.NotFound", `There is no function '${ref.name}'.`);
  }

  /** The http trigger whose host begins with this id. @throws PlatformError Service.Unavailable */
  async findUrlById(id: string): Promise<Bound<"http"> | undefined> {
    return (await this.#remember(`url ${id}`, () => this.#registry.getUrl(id))) as Bound<"http"> | undefined;
  }

  forgetAll(): void {
    this.#generation += 1;
    this.#entries.clear();
  }

  /** @param optional when nobody can say, there is still none where there was none */
  async #lookUp<T extends TriggerType>(
    tenant: string,
    type: T,
    name: string,
    optional = false,
  ): Promise<Bound<T> | undefined> {
    const ask = (): Promise<BoundTrigger | undefined> => this.#registry.getTrigger(tenant, type, name);
    return (await this.#remember(`${tenant}/${type}/${name}`, ask, optional)) as Bound<T> | undefined;
  }

  async #remember(
    key: string,
    ask: () => Promise<BoundTrigger | undefined>,
    optional = false,
  ): Promise<BoundTrigger | undefined> {
    const known = this.#entries.get(key);
    if (known !== undefined && known.until > this.#now()) return known.bound;
    const generation = this.#generation;
    const bound = await this.#ask(ask, known, optional);
    if (generation === this.#generation) {
      if (this.#entries.size >= ENTRIES_MAX) this.#entries.clear();
      this.#entries.set(key, { bound, until: this.#now() + (bound === undefined ? ABSENT_MS : FRESH_MS) });
    }
    return bound;
  }

  /** While Redis is away, what was known lately is better than no answer. */
  async #ask(
    ask: () => Promise<BoundTrigger | undefined>,
    known: Entry | undefined,
    optional: boolean,
  ): Promise<BoundTrigger | undefined> {
    try {
      return await ask();
    } catch (error) {
      const isUseful = known !== undefined && (optional || known.bound !== undefined);
      if (isUseful && known.until + STALE_MS > this.#now()) return known.bound;
      throw error;
    }
  }
}
