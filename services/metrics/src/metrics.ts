import type { Metric, Registry } from "prom-client";
import { figureSamples } from "./figure-samples.ts";
import type { Ledger } from "./ledger.ts";
import type { LiveFigures } from "./live-figures.ts";
import { FIGURE_NAMES, LEDGER_METRIC_NAMES, METRICS } from "./metric-table.ts";
import type { Sample } from "./series.ts";

export interface MetricsSources {
  /** Undefined: the ledger is not complete, so that its counters must not be shown. */
  readonly ledger: () => Ledger | undefined;
  readonly figures: Pick<LiveFigures, "read">;
}

/** Registers every metric of the table. A scrape takes the ledger as it is and the figures of that moment. */
export function registerMetrics(registry: Registry, { ledger, figures }: MetricsSources): void {
  for (const name of LEDGER_METRIC_NAMES) {
    register(registry, name, async () => ledger()?.samples(name) ?? []);
  }
  const gauges = share(async () => figureSamples(await figures.read(), ledger()?.knownFunctions() ?? []));
  for (const name of FIGURE_NAMES) {
    register(registry, name, async () => (await gauges())[name]);
  }
}

function register(registry: Registry, name: keyof typeof METRICS, read: () => Promise<Iterable<Sample>>): void {
  const { type, help } = METRICS[name];
  const collected = {
    name,
    help,
    type,
    aggregator: "first",
    get: async () => ({ name, help, type, aggregator: "first", values: [...(await read())].map(toValue(name)) }),
    reset: () => undefined,
  };
  // prom-client has no call that sets a histogram's buckets; a registry asks of a metric only its name and `get()`.
  registry.registerMetric(collected as unknown as Metric);
}

function toValue(name: string) {
  return ({ suffix, labels, le, value }: Sample) => ({
    metricName: `${name}${suffix}`,
    labels: le === undefined ? labels : { ...labels, le },
    value,
  });
}

/** Calls that come while one runs share its result. */
function share<T>(call: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= call().finally(() => void (running = undefined));
    return running;
  };
}
