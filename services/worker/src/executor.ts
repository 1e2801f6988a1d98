import {
  type AttemptReport,
  billedMs,
  type CallerContext,
  type FunctionError,
  type FunctionRef,
  type FunctionVersion,
  type Invocation,
  isRecursive,
  type Lane,
  LATEST,
  lineageOfInvocation,
  type LogRecord,
  PlatformError,
  type TakeChunk,
} from "@sluice/core";
import type { CellPool, RunResult, WireLogLine } from "@sluice/sandbox";
import { AttemptLog } from "./attempt-log.ts";
import type { Capacity } from "./capacity.ts";
import type { Chains } from "./chains.ts";
import type { EgressDenials } from "./egress-denials.ts";
import type { FunctionCache, FunctionTarget, Journal } from "@sluice/store";
import type { ReservedSlots } from "./reserved-slots.ts";
import type { SourceMaps } from "./source-maps/source-maps.ts";
import { ResponseStream } from "./response-stream.ts";
import type { VersionSpecs } from "./version-specs.ts";

export interface ExecutorOptions {
  readonly functions: FunctionCache;
  readonly specs: VersionSpecs;
  readonly pool: Pick<CellPool, "abandon" | "run">;
  readonly capacity: Capacity;
  readonly slots: ReservedSlots;
  readonly journal: Journal;
  readonly sourceMaps: Pick<SourceMaps, "mapLines" | "mapError">;
  readonly chains: Pick<Chains, "begin">;
  readonly denials: Pick<EgressDenials, "begin" | "end">;
  readonly now: () => number;
}

/** An attempt of either lane. */
export interface Attempt {
  readonly invocation: Omit<Invocation, "event">;
  /** JSON text. */
  readonly event: Uint8Array | string;
  readonly lane: Lane;
  readonly attempt: number;
  /** Milliseconds from being due to now; null in the direct lane. */
  readonly queueWaitMs: number | null;
  /** Milliseconds from acceptance to now; absent in the direct lane. */
  readonly eventAgeMs?: number;
  /** An earlier run of this attempt was lost with its worker. */
  readonly redelivered: boolean;
  /** Takes a streamed response; without it, one is collected into the payload. */
  readonly take?: TakeChunk;
  /** JSON text. */
  readonly clientContext?: string | undefined;
}

export type Execution =
  | {
      readonly kind: "ran";
      readonly version: FunctionVersion;
      readonly payload: Buffer;
      readonly error: FunctionError | null;
      /** The whole log of the attempt. */
      readonly record: LogRecord;
    }
  /** It never started. */
  | { readonly kind: "refused"; readonly error: PlatformError };

const ABANDONED_MAX = 1_000;

/** Runs attempts of both lanes: the one place where limits, logs, facts and errors of an invocation come together. */
export class Executor {
  readonly #options: ExecutorOptions;

  /** Ids whose callers went away before a run of them had begun. */
  readonly #abandoned = new Set<string>();

  constructor(options: ExecutorOptions) {
    this.#options = options;
  }

  /** The caller of an invocation went away: the handler is told, and goes on. Ids that are not known are forgotten. */
  abandon(invocationId: string): void {
    if (this.#options.pool.abandon(invocationId)) return;
    this.#abandoned.add(invocationId);
    const [oldest] = this.#abandoned;
    if (this.#abandoned.size > ABANDONED_MAX && oldest !== undefined) this.#abandoned.delete(oldest);
  }

  /** Never rejects. */
  async execute(attempt: Attempt): Promise<Execution> {
    const { capacity, functions } = this.#options;
    const { invocation } = attempt;
    const ref = { tenant: invocation.tenant, name: invocation.function };
    if (!capacity.take(ref)) return this.#throttled(ref, "Capacity.Exhausted");
    try {
      const target = functions.peek(ref, invocation.qualifier) ?? (await functions.get(ref, invocation.qualifier));
      if (target === undefined) return { kind: "refused", error: await this.#unknown(ref, invocation.qualifier) };
      return await this.#withSlot(ref, target, attempt);
    } catch (error) {
      return { kind: "refused", error: toPlatformError(error) };
    } finally {
      capacity.give(ref);
    }
  }

  async #withSlot(ref: FunctionRef, { version, settings }: FunctionTarget, attempt: Attempt): Promise<Execution> {
    if (settings.recursiveLoop === "Terminate" && closesLoop(ref, attempt)) return this.#stopRecursion(ref, attempt);
    const limit = settings.reservedConcurrency;
    if (limit === null) return await this.#run(ref, version, attempt);
    // An off switch, which nobody needs to ask about.
    if (limit === 0) return this.#throttled(ref, "Capacity.FunctionLimit");
    const release = await this.#options.slots.acquire(ref, limit);
    if (release === undefined) return this.#throttled(ref, "Capacity.FunctionLimit");
    try {
      return await this.#run(ref, version, attempt);
    } finally {
      release();
    }
  }

  async #run(ref: FunctionRef, version: FunctionVersion, attempt: Attempt): Promise<Execution> {
    const { pool, journal, sourceMaps, chains, denials } = this.#options;
    const invocationId = attempt.invocation.id;
    const log = new AttemptLog({ journal, sourceMaps, ref, version, invocationId });
    const spec = this.#options.specs.of(version);
    const onLogs = (lines: readonly WireLogLine[]): void => log.add(lines);
    denials.begin(invocationId, onLogs);
    const stream = new ResponseStream(attempt.take);
    const { event } = attempt;
    const caller = callerOf(attempt);
    const endLink = chains.begin(attempt.invocation);
    const running = pool.run({ version: spec, invocationId, event, caller, onLogs, take: stream.take });
    if (this.#abandoned.delete(invocationId)) pool.abandon(invocationId);
    const result = await running.finally(endLink);
    denials.end(invocationId, ref);
    const report = toReport(result, version);
    const { record, error } = await log.end(result, report);
    this.#recordFacts(ref, version, attempt, result, report);
    const payload = (error === null ? stream.collected() : undefined) ?? result.payload;
    return { kind: "ran", version, payload, error, record };
  }

  #recordFacts(
    ref: FunctionRef,
    version: FunctionVersion,
    attempt: Attempt,
    result: RunResult,
    report: AttemptReport,
  ): void {
    const { journal, now } = this.#options;
    const base = { at: now(), tenant: ref.tenant, function: ref.name };
    if (attempt.redelivered) journal.fact({ ...base, type: "rerun", cause: "stalled" });
    for (let rerun = 0; rerun < result.reruns; rerun++) journal.fact({ ...base, type: "rerun", cause: "cell-lost" });
    journal.fact({
      ...base,
      type: "finished",
      version: version.version,
      source: attempt.invocation.source,
      lane: attempt.lane,
      attempt: attempt.attempt,
      errorType: result.error?.errorType ?? null,
      durationMs: report.durationMs,
      billedMs: report.billedMs,
      memoryMb: report.memoryMb,
      coldStart: report.initMs !== null,
      initMs: report.initMs,
      queueWaitMs: attempt.queueWaitMs,
      ...(attempt.eventAgeMs === undefined ? {} : { eventAgeMs: attempt.eventAgeMs }),
    });
  }

  #stopRecursion(ref: FunctionRef, { lane }: Attempt): Execution {
    const { journal, now } = this.#options;
    journal.fact({ at: now(), tenant: ref.tenant, function: ref.name, type: "recursion-stopped", lane });
    return {
      kind: "refused",
      error: new PlatformError("Invocation.Recursive", undefined, { details: { function: ref.name } }),
    };
  }

  #throttled(ref: FunctionRef, reason: "Capacity.Exhausted" | "Capacity.FunctionLimit"): Execution {
    return { kind: "refused", error: new PlatformError(reason, undefined, { details: { function: ref.name } }) };
  }

  async #unknown(ref: FunctionRef, qualifier: string): Promise<PlatformError> {
    const latest = await this.#options.functions.get(ref, "$LATEST");
    return latest === undefined
      ? new PlatformError("Function.NotFound", `There is no function '${ref.name}'.`)
      : new PlatformError("Function.VersionNotFound", `Function '${ref.name}' has no version '${qualifier}'.`);
  }
}

/** Undefined for most calls, so that nothing more travels with them. */
function callerOf({ invocation, clientContext }: Attempt): CallerContext | undefined {
  const { qualifier } = invocation;
  if (qualifier === LATEST && clientContext === undefined) return undefined;
  return {
    ...(qualifier === LATEST ? {} : { qualifier }),
    ...(clientContext === undefined ? {} : { clientContext }),
  };
}

function closesLoop(ref: FunctionRef, { invocation }: Attempt): boolean {
  return invocation.lineage !== undefined && isRecursive(lineageOfInvocation(invocation), ref);
}

function toReport(result: RunResult, version: FunctionVersion): AttemptReport {
  return {
    durationMs: round(result.durationMs),
    billedMs: billedMs(result.durationMs, result.initMs),
    initMs: result.initMs === null ? null : round(result.initMs),
    memoryMb: version.config.memoryMb,
    maxMemoryMb: Math.min(result.maxMemoryMb, version.config.memoryMb),
  };
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}

function toPlatformError(error: unknown): PlatformError {
  return error instanceof PlatformError ? error : new PlatformError("Internal.Error", undefined, { cause: error });
}
