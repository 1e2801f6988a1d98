import { randomBytes } from "node:crypto";
import {
  type DocumentStore,
  type EventSourceMapping,
  mappingKey,
  type RecordStreams,
  type SourceLeases,
} from "@sluice/core";
import { extraUnits, firstUnits, pollersMax, type SourceUnit } from "./source-units.ts";

export interface Poller {
  /** Until the signal aborts, or there is nothing for it to do. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

export interface EventSourcesOptions {
  readonly documents: Pick<DocumentStore, "listAll" | "onChange">;
  readonly leases: Pick<SourceLeases, "claim" | "forget" | "leave" | "release">;
  readonly streams: Pick<RecordStreams, "describe">;
  readonly holder: string;
  /** Pollers that come with the load, at most. */
  readonly extraMax: number;
  readonly createPoller: (unit: SourceUnit) => Poller;
  readonly onGone: (mapping: EventSourceMapping) => void;
  readonly onError: (error: unknown) => void;
  readonly leaseMs?: number;
}

interface Running {
  readonly unit: SourceUnit;
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

export const MAPPING_KIND = "event-source-mapping";
const LEASE_MS = 5_000;
const TICKS_PER_LEASE = 5;
/** Mappings and shards are read again after this long, whatever was heard of changes. */
const FRESH_MS = 30_000;
const SOON_MS = 50;
/** A load that nobody has seen for so long is over. */
const LOAD_MS = 3_000;
/** The first step up from one poller. */
const LOAD_FIRST = 5;
const TAKE_MAX = 1_000;

/** Name by which a process holds units: one that starts again is another. */
export function holderOf(workerId: string): string {
  return `${workerId}:${randomBytes(6).toString("base64url")}`;
}

/**
 * This worker's part of polling event sources.
 *
 * 1. A poller runs only while this process holds the lease of its unit, and each unit has one holder: so many units as a
 *    mapping has, so many pollers over all workers.
 * 2. Units that must be polled are shared evenly; who has more than its share lets go after the batch at hand.
 * 3. Who cannot renew stops polling when its leases end, because others may have them by then.
 */
export class EventSources {
  readonly #options: EventSourcesOptions;
  readonly #leaseMs: number;
  readonly #running = new Map<string, Running>();
  readonly #loads = new Map<string, { readonly wanted: number; readonly until: number }>();
  #firsts: readonly SourceUnit[] = [];
  #mappings = new Map<string, EventSourceMapping>();
  /** Enabled or not. */
  #known: ReadonlySet<string> = new Set();
  #asked: Readonly<Record<string, number>> = {};
  #readAt = Number.NEGATIVE_INFINITY;
  #hasChanged = false;
  #isDraining = false;
  #renewedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  #ticking: Promise<void> | undefined;
  #stopListening: (() => Promise<void>) | undefined;

  constructor(options: EventSourcesOptions) {
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? LEASE_MS;
  }

  async start(): Promise<void> {
    this.#stopListening = await this.#options.documents.onChange(MAPPING_KIND, () => {
      this.#hasChanged = true;
      this.#tickSoon();
    });
    this.#timer = setInterval(() => void this.tick(), this.#leaseMs / TICKS_PER_LEASE);
    await this.tick();
  }

  /** Units that are polled here. */
  units(): readonly string[] {
    return [...this.#running.keys()];
  }

  /** A poller of the mapping had as much as it could take. */
  noteLoad(mapping: EventSourceMapping): void {
    const key = mappingKey(mapping);
    const now = performance.now();
    const known = this.#loads.get(key);
    const step = known === undefined || known.until < now ? LOAD_FIRST : known.wanted;
    const busy = [...this.#running.values()].filter(({ unit }) => unit.mapping.id === mapping.id).length;
    const wanted = Math.min(Math.max(step, busy * 2), pollersMax(mapping));
    this.#loads.set(key, { wanted, until: now + LOAD_MS });
    if (known?.wanted !== wanted) this.#tickSoon();
  }

  /** Renews, takes and lets go. Never rejects; one at a time. */
  tick(): Promise<void> {
    this.#ticking ??= this.#update()
      .catch((error: unknown) => {
        this.#options.onError(error);
        if (performance.now() - this.#renewedAt > this.#leaseMs)
          for (const one of this.#running.values()) one.stop.abort();
      })
      .finally(() => (this.#ticking = undefined));
    return this.#ticking;
  }

  /** Stops polling, lets batches finish until the deadline (an instant of `performance.now()`), and gives all back. */
  async drain(deadline: number): Promise<void> {
    this.#isDraining = true;
    clearTimeout(this.#soon);
    await this.#stopListening?.().catch(this.#options.onError);
    for (const { stop } of this.#running.values()) stop.abort();
    // Leases are renewed meanwhile: nobody else must take what is still running.
    const all = Promise.all([...this.#running.values()].map(({ done }) => done));
    const late = new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, deadline - performance.now())).unref());
    await Promise.race([all, late]);
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#ticking;
    const { leases, holder, onError } = this.#options;
    await leases.leave(holder, [...this.#running.keys()]).catch(onError);
  }

  async #update(): Promise<void> {
    if (this.#hasChanged || performance.now() - this.#readAt > FRESH_MS) await this.#read();
    this.#stopChanged();
    const { leases, holder } = this.#options;
    const began = performance.now();
    const first = await leases.claim({
      holder,
      leaseMs: this.#leaseMs,
      keep: [...this.#running.keys()],
      take: [],
      takeMax: 0,
      demand: this.#demand(began),
    });
    this.#renewedAt = began;
    this.#stopLost(new Set(first.units));
    this.#asked = first.demand;
    if (this.#isDraining) return;
    const share = Math.ceil(this.#firsts.length / first.holders);
    this.#letGo(share);
    await this.#take(share);
  }

  async #take(share: number): Promise<void> {
    const isFree = ({ name }: SourceUnit): boolean => !this.#running.has(name);
    await this.#takeOf(this.#firsts.filter(isFree), share - this.#count(true));
    await this.#takeOf(this.#extras().filter(isFree), this.#options.extraMax - this.#count(false));
  }

  /** Takes as many as there is room for of those that nobody has; which these are only the leases know. */
  async #takeOf(units: readonly SourceUnit[], room: number): Promise<void> {
    if (room <= 0 || units.length === 0) return;
    const { leases, holder } = this.#options;
    // From another place each time: workers should not all ask for the same ones, nor one for the same ones for ever.
    const wanted = rotate(units, Math.random()).slice(0, TAKE_MAX);
    const take = wanted.map(({ name }) => name);
    const got = new Set(
      (await leases.claim({ holder, leaseMs: this.#leaseMs, keep: [], take, takeMax: room, demand: {} })).units,
    );
    // A drain may have begun meanwhile; what was got is free again when its lease ends.
    for (const unit of wanted) if (got.has(unit.name) && !this.#isDraining) this.#begin(unit);
  }

  #begin(unit: SourceUnit): void {
    const stop = new AbortController();
    const done = this.#options
      .createPoller(unit)
      .run(stop.signal)
      .finally(() => void this.#end(unit));
    this.#running.set(unit.name, { unit, stop, done });
  }

  async #end(unit: SourceUnit): Promise<void> {
    this.#running.delete(unit.name);
    const { leases, holder, onError, onGone } = this.#options;
    onGone(unit.mapping);
    await leases.release(holder, [unit.name]).catch(onError);
    // What a poller wrote after its mapping was deleted.
    if (!this.#known.has(mappingKey(unit.mapping))) await leases.forget(mappingKey(unit.mapping)).catch(onError);
    if (isFirst(unit)) this.#tickSoon();
  }

  async #read(): Promise<void> {
    const { documents, streams } = this.#options;
    this.#hasChanged = false;
    const all = (await documents.listAll(MAPPING_KIND)).map(({ value }) => value as EventSourceMapping);
    const enabled = all.filter((mapping) => mapping.enabled);
    const shards = await Promise.all(
      enabled.map(async ({ tenant, source }) =>
        source.kind === "queue" ? 0 : ((await streams.describe({ tenant, name: source.name }))?.shards ?? 0),
      ),
    );
    this.#mappings = new Map(enabled.map((mapping) => [mappingKey(mapping), mapping]));
    this.#known = new Set(all.map(mappingKey));
    this.#firsts = enabled.flatMap((mapping, index) => firstUnits(mapping, shards[index] ?? 0));
    this.#readAt = performance.now();
  }

  /** Pollers of mappings that are gone or are no longer as they were; they begin again as the mapping is now. */
  #stopChanged(): void {
    const names = new Set(this.#firsts.map(({ name }) => name));
    for (const { unit, stop } of this.#running.values()) {
      const mapping = this.#mappings.get(mappingKey(unit.mapping));
      const isSame = mapping?.updatedAt === unit.mapping.updatedAt && (!isFirst(unit) || names.has(unit.name));
      if (!isSame) stop.abort();
    }
  }

  #stopLost(held: ReadonlySet<string>): void {
    for (const [name, { stop }] of this.#running) if (!held.has(name)) stop.abort();
  }

  /** Another worker is to have its share. */
  #letGo(share: number): void {
    let over = this.#count(true) - share;
    for (const { unit, stop } of this.#running.values()) {
      if (over <= 0) return;
      if (!isFirst(unit) || stop.signal.aborted) continue;
      stop.abort();
      over -= 1;
    }
  }

  #extras(): readonly SourceUnit[] {
    return Object.entries(this.#asked).flatMap(([key, demand]) => {
      const mapping = this.#mappings.get(key);
      return mapping === undefined ? [] : extraUnits(mapping, demand);
    });
  }

  #demand(now: number): Readonly<Record<string, number>> {
    for (const [key, { until }] of this.#loads) if (until < now) this.#loads.delete(key);
    return Object.fromEntries([...this.#loads].map(([key, { wanted }]) => [key, wanted]));
  }

  #count(first: boolean): number {
    return [...this.#running.values()].filter(({ unit, stop }) => isFirst(unit) === first && !stop.signal.aborted)
      .length;
  }

  #tickSoon(): void {
    if (this.#timer === undefined || this.#isDraining) return;
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      void this.tick();
    }, SOON_MS);
  }
}

function isFirst(unit: SourceUnit): boolean {
  return unit.kind === "stream" || unit.isFirst;
}

function rotate<T>(items: readonly T[], chance: number): readonly T[] {
  const at = Math.floor(chance * items.length);
  return [...items.slice(at), ...items.slice(0, at)];
}
