export { type MetricsConfig, readConfig } from "./config.ts";
export { type MetricSpec, METRICS } from "./metric-table.ts";
