import { LIMITS, SlotTable, type TakeChunk } from "@sluice/core";
import type { WireLogLine } from "../cell-protocol.ts";
import type { PendingRun } from "./cell-events.ts";

export interface PendingRunsOptions {
  readonly now: () => number;
  /** A run is past its deadline and every grace. */
  readonly onExpired: (run: PendingRun) => void;
}

/** Past its deadline and grace, a run's cell may need this long to say so. */
const DEADLINE_SLACK_MS = 60;
/** A run's own lines and those written between it and the one before, each with its guest's budget. */
const LOG_BYTES_MAX = 3 * LIMITS.logBytesPerAttempt;
const LOG_LINE_BYTES = 16;

/** What one cell has in hand, with the parent's own deadline for each run and the end of its host calls. */
export class PendingRuns {
  readonly #options: PendingRunsOptions;
  readonly #runs = new SlotTable<PendingRun>();

  constructor(options: PendingRunsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#runs.size;
  }

  values(): Iterable<PendingRun> {
    return this.#runs.values();
  }

  get(id: number): PendingRun | undefined {
    return this.#runs.get(id);
  }

  /** Seldom, so the run is looked for. @returns its id; undefined when it is not here */
  abandon(invocationId: string): number | undefined {
    for (const [id, run] of this.#runs.entries()) {
      if (run.request.invocationId !== invocationId) continue;
      run.abandoned = true;
      return id;
    }
    return undefined;
  }

  /** @returns the run's id */
  add(run: PendingRun): number {
    return this.#runs.add(run);
  }

  /** The run has ended: so do its deadline and its host calls. */
  take(id: number): PendingRun | undefined {
    const run = this.#runs.take(id);
    run?.abort?.abort();
    clearTimeout(run?.deadline);
    return run;
  }

  takeAll(): PendingRun[] {
    return [...this.#runs.entries()].flatMap(([id]) => this.take(id) ?? []);
  }

  log(id: number, lines: readonly WireLogLine[]): void {
    const kept = this.logsWithin(id, lines);
    if (kept.length > 0) this.#runs.get(id)?.request.onLogs?.(kept);
  }

  /** The guest keeps to its budget; this one is for a cell that has stopped being ours. */
  logsWithin(id: number, lines: readonly WireLogLine[]): readonly WireLogLine[] {
    const run = this.#runs.get(id);
    if (lines.length === 0 || run === undefined) return [];
    let left = run.logBytesLeft ?? LOG_BYTES_MAX;
    const kept = lines.filter(([, , message]) => {
      left -= message.length + LOG_LINE_BYTES;
      return left >= 0;
    });
    run.logBytesLeft = left;
    return kept;
  }

  started(id: number): void {
    const run = this.#runs.get(id);
    if (run === undefined || run.startedAt > 0) return;
    run.startedAt = this.#options.now();
    this.#arm(id, run, 0);
  }

  /** This process stood still for a while, in which no deadline was its to judge. */
  extend(pausedMs: number): void {
    for (const [id, run] of this.#runs.entries()) if (run.startedAt > 0) this.#arm(id, run, pausedMs);
  }

  /** Aborts when the run has ended. */
  signalOf(id: number): AbortSignal {
    const run = this.#runs.get(id);
    if (run === undefined) return AbortSignal.abort();
    run.abort ??= new AbortController();
    return run.abort.signal;
  }

  /** Takes pieces of the run's response; undefined when the run has ended, or nobody takes any. */
  takerOf(id: number): TakeChunk | undefined {
    const run = this.#runs.get(id);
    const take = run?.request.take;
    if (run !== undefined && take !== undefined) run.streamed = true;
    return take;
  }

  #arm(id: number, run: PendingRun, extraMs: number): void {
    clearTimeout(run.deadline);
    const patience = run.request.version.definition.timeoutMs + LIMITS.killGraceMs + DEADLINE_SLACK_MS;
    const leftMs = Math.max(0, run.startedAt + patience - this.#options.now()) + extraMs;
    run.deadline = setTimeout(() => {
      // Once round the event loop first: the result may lie in the socket already.
      setImmediate(() => {
        if (this.#runs.get(id) === run) this.#options.onExpired(run);
      });
    }, leftMs);
  }
}
