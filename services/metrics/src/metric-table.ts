/**
 * Every metric of the service: its name, type, help and labels. The dashboard and the alert rules are checked against
 * this table. Units are Prometheus base units; no label ever holds an id of an invocation, worker or version.
 */
export interface MetricSpec {
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
}

/** Upper bounds in seconds: from half a millisecond (a warm call) to Lambda's longest run, 900 s. */
export const DURATION_BUCKETS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 300, 900,
] as const;

/** Made of facts alone, so exact across restarts of the service while the stream holds the facts. */
export const LEDGER_METRICS = {
  faas_invocations_total: {
    type: "counter",
    help: "Attempts that ended, retries included (as Lambda counts invocations). outcome: success, error, timeout.",
    labels: ["tenant", "function", "source", "lane", "outcome"],
  },
  faas_errors_total: {
    type: "counter",
    help: "Attempts that failed, timeouts included, by stable error type; rare types beyond a bound are 'other'.",
    labels: ["tenant", "function", "error_type"],
  },
  faas_timeouts_total: {
    type: "counter",
    help: "Attempts that ran into the function's timeout.",
    labels: ["tenant", "function"],
  },
  faas_throttles_total: {
    type: "counter",
    help: "Calls refused because a limit was met before they started.",
    labels: ["tenant", "function", "reason"],
  },
  faas_accepted_events_total: {
    type: "counter",
    help: "Events accepted: answered with 2xx in the queued lane, started in the direct lane.",
    labels: ["tenant", "function", "source", "lane"],
  },
  faas_deduplicated_events_total: {
    type: "counter",
    help: "Queued events that were already known by their idempotency key and were not queued again.",
    labels: ["tenant", "function", "source"],
  },
  faas_invoke_duration_seconds: {
    type: "histogram",
    help: "Time that the handler of an attempt ran, without initialisation.",
    labels: ["tenant", "function"],
  },
  faas_queue_wait_seconds: {
    type: "histogram",
    help: "From acceptance, or the due time of a retry, to the start of the attempt; queued lane only.",
    labels: ["tenant", "function"],
  },
  faas_event_age_seconds: {
    type: "histogram",
    help: "From acceptance of a queued event to the start of the attempt, waits and earlier attempts included.",
    labels: ["tenant", "function"],
  },
  faas_init_duration_seconds: {
    type: "histogram",
    help: "Time that a cold start took before the handler ran.",
    labels: ["tenant", "function"],
  },
  faas_coldstarts_total: {
    type: "counter",
    help: "Attempts that found no warm isolate.",
    labels: ["tenant", "function"],
  },
  faas_retries_total: {
    type: "counter",
    help: "Failed attempts after which the event waits for another one.",
    labels: ["tenant", "function"],
  },
  faas_dead_letters_total: {
    type: "counter",
    help: "Events given up, kept as dead letters for inspection and redrive.",
    labels: ["tenant", "function", "reason"],
  },
  faas_dropped_events_total: {
    type: "counter",
    help: "Events given up, whether kept as dead letters or passed on to a failure destination or dead-letter target.",
    labels: ["tenant", "function", "reason"],
  },
  faas_destination_failures_total: {
    type: "counter",
    help: "Records of ended events that a destination did not take, however often it was tried. role: on-success, on-failure.",
    labels: ["tenant", "function", "role", "target"],
  },
  faas_dead_letter_errors_total: {
    type: "counter",
    help: "Events that a dead-letter target did not take, however often it was tried.",
    labels: ["tenant", "function"],
  },
  faas_recursive_invocations_dropped_total: {
    type: "counter",
    help: "Invocations refused because their function had been invoked too often in the same chain.",
    labels: ["tenant", "function", "lane"],
  },
  faas_event_source_batches_total: {
    type: "counter",
    help: "Batches of event sources' records. source: queue, stream; outcome: ok, partial, failed, throttled.",
    labels: ["tenant", "function", "source", "outcome"],
  },
  faas_event_source_records_total: {
    type: "counter",
    help: "Records of event sources. outcome: processed, failed, filtered (kept from the function by a filter).",
    labels: ["tenant", "function", "source", "outcome"],
  },
  faas_event_source_iterator_age_seconds: {
    type: "histogram",
    help: "Age of the newest record of each batch of a stream.",
    labels: ["tenant", "function"],
  },
  faas_reruns_total: {
    type: "counter",
    help: "Attempts run again for a cause of the platform: each is a possible duplicate that costs the user no attempt.",
    labels: ["tenant", "function", "cause"],
  },
  faas_egress_denied_total: {
    type: "counter",
    help: "Connections that egress rules refused. reason: private, not-listed, port, platform.",
    labels: ["tenant", "function", "reason"],
  },
  faas_cell_restarts_total: {
    type: "counter",
    help: "Cell processes that ended other than by idleness or drain.",
    labels: ["tenant", "reason"],
  },
  faas_gb_seconds_total: {
    type: "counter",
    help: "Billed GB-seconds: configured memory times billed duration, initialisation included.",
    labels: ["tenant", "function"],
  },
  faas_cost_dollars_total: {
    type: "counter",
    help: "What the attempts would cost in US dollars at Lambda's list price (us-east-1, x86, no free tier).",
    labels: ["tenant", "function"],
  },
  faas_fact_gaps_total: {
    type: "counter",
    help: "Times the capped stream had dropped the service's place in it: facts in between may be missing from the counters.",
    labels: [],
  },
} as const satisfies Record<string, MetricSpec>;

/** Read from Redis at each scrape; absent when unknown. */
export const FIGURE_METRICS = {
  faas_concurrent_executions: {
    type: "gauge",
    help: "Attempts running now, over all workers and both lanes.",
    labels: ["tenant", "function"],
  },
  faas_workers: { type: "gauge", help: "Workers that hold a lease, draining ones included.", labels: [] },
  faas_workers_draining: { type: "gauge", help: "Workers that finish what runs and claim nothing more.", labels: [] },
  faas_worker_capacity: {
    type: "gauge",
    help: "Attempts that all workers together may run at once, draining ones excluded.",
    labels: [],
  },
  faas_warm_isolates: { type: "gauge", help: "Isolates kept warm over all workers.", labels: [] },
  faas_provisioned_environments: {
    type: "gauge",
    help: "Provisioned environments over all workers. state: ready, missing (still being made, or not to be had).",
    labels: ["tenant", "function", "state"],
  },
  faas_cells: { type: "gauge", help: "Cell processes over all workers.", labels: [] },
  faas_queue_depth: {
    type: "gauge",
    help: "Events in the queues of functions. state: waiting, delayed (for a retry), active, dead_lettered.",
    labels: ["tenant", "function", "state"],
  },
  faas_queue_oldest_age_seconds: {
    type: "gauge",
    help: "Age of the oldest event that could start now; 0 when none waits.",
    labels: ["tenant", "function"],
  },
  faas_redis_up: {
    type: "gauge",
    help: "1 when Redis answered this scrape in time, else 0; figures are then the last known ones or absent.",
    labels: [],
  },
} as const satisfies Record<string, MetricSpec>;

export const METRICS = { ...LEDGER_METRICS, ...FIGURE_METRICS };

type LedgerTable = typeof LEDGER_METRICS;
export type LedgerMetricName = keyof LedgerTable;
export const LEDGER_METRIC_NAMES = Object.keys(LEDGER_METRICS) as readonly LedgerMetricName[];
export type HistogramName = {
  [N in LedgerMetricName]: LedgerTable[N]["type"] extends "histogram" ? N : never;
}[LedgerMetricName];
export type CounterName = Exclude<LedgerMetricName, HistogramName>;
export type FigureName = keyof typeof FIGURE_METRICS;
export const FIGURE_NAMES = Object.keys(FIGURE_METRICS) as readonly FigureName[];

/** Label values in the table's order. */
export type LabelValues<N extends keyof typeof METRICS> = OneEach<(typeof METRICS)[N]["labels"]>;
type OneEach<L extends readonly string[]> = { readonly [K in keyof L]: string };
