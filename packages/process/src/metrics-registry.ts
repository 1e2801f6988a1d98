import { collectDefaultMetrics, Registry } from "prom-client";

export type MetricsRegistry = Registry;

/** The one registry of a process. Process metrics (`process_*`, `nodejs_*`) carry a `service` label. */
export function createMetricsRegistry(options: { readonly service: string }): MetricsRegistry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, labels: { service: options.service } });
  return registry;
}
