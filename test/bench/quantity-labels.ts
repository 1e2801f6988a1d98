import type { Quantity } from "./section.ts";

export const QUANTITY_LABELS: Readonly<Record<Quantity, string>> = {
  rate: "per second",
  acceptedRate: "accepted per second",
  p50Ms: "p50 ms",
  p99Ms: "p99 ms",
  cpuUs: "CPU µs each",
  initMs: "of it init, p50 ms",
  firstMs: "first load, ms",
  lateMs: "ms past the timeout",
  listMs: "list, p50 ms",
  getMs: "get, p50 ms",
  deployMs: "deploy, p50 ms",
  invokeMs: "invoke, p50 ms",
  totalMb: "MB resident",
  perIsolateMb: "MB per isolate",
};

/** Three digits are all that such figures bear. */
export function showNumber(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return value.toFixed(value >= 10 ? 1 : value >= 1 ? 2 : 3);
}
