import {
  type FunctionRef,
  functionKey,
  type InvocationQueue,
  type QueueDepth,
  type WorkerDirectory,
  type WorkerLease,
} from "@sluice/core";
import type { Logger } from "@sluice/process";
import { within } from "./within.ts";

export interface LiveFiguresOptions {
  readonly workers: Pick<WorkerDirectory, "list">;
  readonly queue: Pick<InvocationQueue, "activeFunctions" | "depth">;
  readonly logger: Logger;
  readonly now: () => number;
  /** A scrape waits no longer than this for Redis. Default 1,000. */
  readonly deadlineMs?: number;
}

export interface Figures {
  readonly redisUp: boolean;
  /** Undefined: not known, or known too long ago. */
  readonly leases: readonly WorkerLease[] | undefined;
  readonly queues: readonly QueueFigure[];
}

export interface QueueFigure {
  readonly ref: FunctionRef;
  readonly depth: QueueDepth;
}

const CONCURRENT_READS = 16;
/** Older figures say nothing about now. */
const STALE_MS = 60_000;

interface Dated<T> {
  readonly at: number;
  readonly value: T;
}

/** What is so at this moment, read at each scrape; a slow or absent Redis costs the deadline, never the scrape. */
export class LiveFigures {
  readonly #options: LiveFiguresOptions;
  #leases: Dated<readonly WorkerLease[]> | undefined;
  readonly #queues = new Map<string, Dated<QueueFigure>>();
  readonly #refreshes: readonly Refresh[];
  #reading: Promise<Figures> | undefined;

  constructor(options: LiveFiguresOptions) {
    this.#options = options;
    const { now } = options;
    this.#refreshes = [
      new Refresh({ now, run: () => this.#readWorkers() }),
      new Refresh({ now, run: () => this.#readQueues() }),
    ];
  }

  /** Never rejects. Calls that come together share one reading. */
  read(): Promise<Figures> {
    this.#reading ??= this.#read().finally(() => void (this.#reading = undefined));
    return this.#reading;
  }

  async #read(): Promise<Figures> {
    const { now, deadlineMs = 1_000 } = this.#options;
    const startedAt = now();
    const refreshed = Promise.all(this.#refreshes.map((refresh) => refresh.done()));
    await within(deadlineMs, refreshed).catch((err: unknown) =>
      this.#options.logger.warn({ err }, "figures of workers and queues are incomplete"),
    );
    const fresh = <T>(dated: Dated<T> | undefined): T | undefined =>
      dated !== undefined && now() - dated.at <= STALE_MS ? dated.value : undefined;
    return {
      redisUp: (this.#leases?.at ?? -1) >= startedAt,
      leases: fresh(this.#leases),
      queues: [...this.#queues.values()].flatMap((dated) => fresh(dated) ?? []),
    };
  }

  async #readWorkers(): Promise<void> {
    const { workers, now } = this.#options;
    this.#leases = { value: await workers.list(), at: now() };
  }

  async #readQueues(): Promise<void> {
    const { queue, now } = this.#options;
    const refs = await queue.activeFunctions();
    const left = refs.values();
    const faults: unknown[] = [];
    const readInTurn = async (): Promise<void> => {
      for (const ref of left) {
        try {
          const depth = await queue.depth(ref);
          this.#queues.set(functionKey(ref), { at: now(), value: { ref, depth } });
        } catch (err) {
          faults.push(err);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(CONCURRENT_READS, refs.length) }, readInTurn));
    const active = new Set(refs.map(functionKey));
    for (const key of this.#queues.keys()) if (!active.has(key)) this.#queues.delete(key);
    if (faults.length > 0) throw new AggregateError(faults, `${faults.length} of ${refs.length} queues were not read`);
  }
}

/** One run at a time, so that scrapes do not pile commands onto a Redis that is down; a run that hangs is left behind. */
class Refresh {
  readonly #options: { readonly run: () => Promise<void>; readonly now: () => number };
  #running: { readonly startedAt: number; readonly done: Promise<void> } | undefined;

  constructor(options: { readonly run: () => Promise<void>; readonly now: () => number }) {
    this.#options = options;
  }

  /** The run of now: the one that is under way, or a new one. */
  done(): Promise<void> {
    const { run, now } = this.#options;
    const startedAt = now();
    if (this.#running !== undefined && startedAt - this.#running.startedAt <= STALE_MS) return this.#running.done;
    const done = run().finally(() => {
      if (this.#running?.done === done) this.#running = undefined;
    });
    this.#running = { startedAt, done };
    return done;
  }
}
