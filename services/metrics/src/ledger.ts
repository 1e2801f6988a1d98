import {
  type BatchFact,
  costOf,
  type DeadLetteredFact,
  type DestinationFailedFact,
  type FinishedFact,
  type FunctionRef,
  functionKey,
  gbSeconds,
  type InvocationEvent,
  type Lane,
  LAMBDA_PRICE,
  parseFunctionKey,
  SANDBOX_ERROR_TYPES,
} from "@sluice/core";
import { BoundedValues, OTHER, RecentKeys } from "./label-bounds.ts";
import {
  type CounterName,
  type HistogramName,
  type LabelValues,
  LEDGER_METRIC_NAMES,
  LEDGER_METRICS,
  type LedgerMetricName,
} from "./metric-table.ts";
import { type Sample, SeriesSet, type SeriesState } from "./series.ts";

const MAX_TENANTS = 200;
const MAX_FUNCTIONS = 1_000;
const MAX_ERROR_TYPES = 50;
const MAX_WORDS = 80;

/** Counters of a function that are there from its first fact on. */
const ANNOUNCED = [
  "faas_timeouts_total",
  "faas_retries_total",
  "faas_coldstarts_total",
  "faas_dead_letter_errors_total",
] as const;

const FUNCTION_FACTS: ReadonlySet<string> = new Set<InvocationEvent["type"]>([
  "accepted",
  "deduplicated",
  "throttled",
  "finished",
  "retried",
  "dead-lettered",
  "destination-failed",
  "recursion-stopped",
  "batch",
  "rerun",
  "egress-denied",
]);

/** Plain JSON: a ledger made of it counts on as if it had folded the same facts itself. */
export interface LedgerState {
  readonly functions: readonly (readonly [string, number])[];
  readonly tenants: readonly string[];
  readonly errorTypes: readonly string[];
  readonly words: readonly string[];
  readonly metrics: Readonly<Partial<Record<LedgerMetricName, SeriesState>>>;
}

/**
 * Counters and histograms made of facts. Deterministic: the same facts in the same order give the same state, whatever
 * happened to be saved and restored between them.
 */
export class Ledger {
  readonly #functions: RecentKeys;
  readonly #tenants: BoundedValues;
  readonly #errorTypes: BoundedValues;
  /** Sources, lanes, reasons and causes: small closed sets today, bounded in case a newer writer adds to them. */
  readonly #words: BoundedValues;
  readonly #sets: ReadonlyMap<LedgerMetricName, SeriesSet>;

  constructor(state?: LedgerState) {
    this.#functions = new RecentKeys({ limit: MAX_FUNCTIONS, seenAt: state?.functions ?? [] });
    this.#tenants = new BoundedValues({ limit: MAX_TENANTS, known: state?.tenants ?? [] });
    this.#errorTypes = new BoundedValues({
      limit: MAX_ERROR_TYPES,
      known: state?.errorTypes ?? Object.values(SANDBOX_ERROR_TYPES),
    });
    this.#words = new BoundedValues({ limit: MAX_WORDS, known: state?.words ?? [] });
    this.#sets = new Map(
      LEDGER_METRIC_NAMES.map((name) => [name, new SeriesSet(LEDGER_METRICS[name], state?.metrics[name])]),
    );
    this.#add("faas_fact_gaps_total", [], 0);
  }

  fold(fact: InvocationEvent): void {
    if (fact.type === "cell-restarted") {
      this.#add("faas_cell_restarts_total", [this.#tenants.admit(fact.tenant), this.#words.admit(fact.reason)]);
      return;
    }
    // A newer worker may write facts that this version does not know: they must neither stop it nor make a series.
    if (!FUNCTION_FACTS.has(fact.type)) return;
    const who = this.#labelsOf(fact);
    switch (fact.type) {
      case "accepted":
        this.#foldAccepted(who, fact.source, "queued");
        return;
      case "deduplicated":
        this.#add("faas_deduplicated_events_total", [...who, this.#words.admit(fact.source)]);
        return;
      case "throttled":
        this.#add("faas_throttles_total", [...who, this.#words.admit(fact.reason)]);
        return;
      case "finished":
        this.#foldFinished(fact, who);
        return;
      case "retried":
        this.#add("faas_retries_total", who);
        return;
      case "dead-lettered":
        this.#foldGivenUp(who, fact);
        return;
      case "destination-failed":
        this.#foldDestinationFailed(who, fact);
        return;
      case "recursion-stopped":
        this.#add("faas_recursive_invocations_dropped_total", [...who, this.#words.admit(fact.lane)]);
        return;
      case "batch":
        this.#foldBatch(who, fact);
        return;
      case "rerun":
        this.#add("faas_reruns_total", [...who, this.#words.admit(fact.cause)]);
        return;
      case "egress-denied":
        this.#add("faas_egress_denied_total", [...who, this.#words.admit(fact.reason)], fact.count);
        return;
    }
  }

  /** The stream no longer held the place that this ledger had come to. */
  foldGap(): void {
    this.#add("faas_fact_gaps_total", []);
  }

  samples(name: LedgerMetricName): Iterable<Sample> {
    return this.#sets.get(name)?.samples() ?? [];
  }

  /** Functions that have labels of their own. */
  knownFunctions(): readonly FunctionRef[] {
    return [...this.#functions.keys()].map(parseFunctionKey);
  }

  state(): LedgerState {
    return {
      functions: this.#functions.entries(),
      tenants: this.#tenants.values(),
      errorTypes: this.#errorTypes.values(),
      words: this.#words.values(),
      metrics: Object.fromEntries([...this.#sets].map(([name, set]) => [name, set.state()])),
    };
  }

  #foldFinished(fact: FinishedFact, who: readonly [string, string]): void {
    if (fact.lane === "direct") this.#foldAccepted(who, fact.source, fact.lane);
    const timedOut = fact.errorType === SANDBOX_ERROR_TYPES.timedOut;
    const outcome = fact.errorType === null ? "success" : timedOut ? "timeout" : "error";
    const source = this.#words.admit(fact.source);
    this.#add("faas_invocations_total", [...who, source, this.#words.admit(fact.lane), outcome]);
    if (fact.errorType !== null) this.#add("faas_errors_total", [...who, this.#errorTypes.admit(fact.errorType)]);
    if (timedOut) this.#add("faas_timeouts_total", who);
    if (fact.coldStart) this.#add("faas_coldstarts_total", who);
    this.#observe("faas_invoke_duration_seconds", who, fact.durationMs);
    if (fact.initMs !== null) this.#observe("faas_init_duration_seconds", who, fact.initMs);
    if (fact.queueWaitMs !== null) this.#observe("faas_queue_wait_seconds", who, fact.queueWaitMs);
    if (fact.eventAgeMs !== undefined) this.#observe("faas_event_age_seconds", who, fact.eventAgeMs);
    const billed = gbSeconds(fact.memoryMb, fact.billedMs);
    this.#add("faas_gb_seconds_total", who, billed);
    this.#add("faas_cost_dollars_total", who, costOf(LAMBDA_PRICE, 1, billed));
  }

  #foldBatch(who: readonly [string, string], fact: BatchFact): void {
    const source = this.#words.admit(fact.source);
    this.#add("faas_event_source_batches_total", [...who, source, this.#words.admit(fact.outcome)]);
    const processed = fact.outcome === "throttled" ? 0 : fact.records - fact.failed;
    const counts = [
      ["processed", processed],
      ["failed", fact.failed],
      ["filtered", fact.filtered],
    ] as const;
    for (const [outcome, count] of counts) {
      if (count > 0) this.#add("faas_event_source_records_total", [...who, source, outcome], count);
    }
    if (fact.iteratorAgeMs !== null) this.#observe("faas_event_source_iterator_age_seconds", who, fact.iteratorAgeMs);
  }

  #foldGivenUp(who: readonly [string, string], { reason: why, forwarded }: DeadLetteredFact): void {
    const reason = this.#words.admit(why);
    this.#add("faas_dropped_events_total", [...who, reason]);
    if (forwarded !== true) this.#add("faas_dead_letters_total", [...who, reason]);
  }

  #foldDestinationFailed(who: readonly [string, string], { role, target }: DestinationFailedFact): void {
    if (role === "dead-letter") this.#add("faas_dead_letter_errors_total", who);
    else this.#add("faas_destination_failures_total", [...who, this.#words.admit(role), this.#words.admit(target)]);
  }

  #foldAccepted(who: readonly [string, string], source: string, lane: Lane): void {
    this.#add("faas_accepted_events_total", [...who, this.#words.admit(source), this.#words.admit(lane)]);
  }

  #labelsOf(fact: { readonly tenant: string; readonly function: string; readonly at: number }): [string, string] {
    const key = functionKey({ tenant: fact.tenant, name: fact.function });
    const { known, added, forgotten } = this.#functions.admit(key, fact.at);
    if (forgotten !== undefined) this.#forget(parseFunctionKey(forgotten));
    if (!known) return [this.#tenants.admit(fact.tenant), OTHER];
    if (added) this.#announce([fact.tenant, fact.function]);
    return [fact.tenant, fact.function];
  }

  /** Prometheus cannot see the increase from absent to 1: what alerts watch starts at 0 with the function's first fact. */
  #announce(who: readonly [string, string]): void {
    for (const reason of ["RetriesExhausted", "EventAgeExceeded", "DestinationFailed"] as const) {
      this.#add("faas_dead_letters_total", [...who, this.#words.admit(reason)], 0);
    }
    for (const name of ANNOUNCED) {
      this.#add(name, who, 0);
    }
  }

  #forget(ref: FunctionRef): void {
    for (const set of this.#sets.values()) {
      set.deleteWhere((labels) => labels["tenant"] === ref.tenant && labels["function"] === ref.name);
    }
  }

  #add<N extends CounterName>(name: N, values: LabelValues<N>, amount = 1): void {
    this.#sets.get(name)?.add(values, amount);
  }

  #observe<N extends HistogramName>(name: N, values: LabelValues<N>, ms: number): void {
    this.#sets.get(name)?.observe(values, ms / 1000);
  }
}
