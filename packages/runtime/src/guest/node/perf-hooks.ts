import { fillLazily } from "./lazy-properties.ts";
import { unavailable } from "./unavailable.ts";

/** Counts what it is told, as `createHistogram` does, exactly and in memory: percentiles by sorting. */
class RecordableHistogram {
  #values: number[] = [];

  record(value: number | bigint): void {
    this.#values.push(Number(value));
  }

  reset(): void {
    this.#values = [];
  }

  get count(): number {
    return this.#values.length;
  }

  get min(): number {
    return this.#values.reduce((least, value) => Math.min(least, value), 9_223_372_036_854_776_000);
  }

  get max(): number {
    return this.#values.reduce((most, value) => Math.max(most, value), 0);
  }

  get mean(): number {
    return this.#values.reduce((sum, value) => sum + value, 0) / this.#values.length;
  }

  get exceeds(): number {
    return 0;
  }

  get stddev(): number {
    const { mean } = this;
    return Math.sqrt(this.#values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / this.#values.length);
  }

  percentile(percent: number): number {
    const sorted = this.#values.toSorted((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
  }
}

/** `node:perf_hooks`: the web's `performance` and its classes. */
export const perfHooks: Record<string, unknown> = {
  createHistogram: (): RecordableHistogram => new RecordableHistogram(),
  monitorEventLoopDelay: unavailable(
    "perf_hooks",
    "monitorEventLoopDelay",
    "an isolate has no event loop of its own; the duration of an attempt is in its REPORT line",
  ),
  constants: Object.freeze({}),
};

fillLazily(perfHooks, "performance", () => performance, true);
for (const name of (
  "Performance PerformanceEntry PerformanceMark PerformanceMeasure PerformanceObserver " +
  "PerformanceObserverEntryList PerformanceResourceTiming"
).split(" ")) {
  fillLazily(perfHooks, name, () => (globalThis as unknown as Record<string, unknown>)[name], true);
}
