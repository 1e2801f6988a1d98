import { DURATION_BUCKETS, type MetricSpec } from "./metric-table.ts";

/** One line of the exposition: the metric's name with its suffix, the labels, and the bucket bound where it has one. */
export interface Sample {
  readonly suffix: "" | "_bucket" | "_sum" | "_count";
  readonly labels: Readonly<Record<string, string>>;
  readonly le?: string;
  readonly value: number;
}

export interface SeriesState {
  /** The labels and bounds that the numbers were counted under: under others they would mean something else. */
  readonly shape: string;
  /** Label values, then the numbers: [total] of a counter; [sum, count of each bucket…, above all] of a histogram. */
  readonly series: readonly (readonly [readonly string[], readonly number[]])[];
}

interface Series {
  readonly values: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly numbers: number[];
}

const HISTOGRAM_NUMBERS = DURATION_BUCKETS.length + 2;

/** All series of one counter or histogram. */
export class SeriesSet {
  readonly #spec: MetricSpec;
  readonly #series = new Map<string, Series>();

  constructor(spec: MetricSpec, state?: SeriesState) {
    this.#spec = spec;
    if (state?.shape !== this.#shape()) return;
    for (const [values, numbers] of state.series) this.#at(values).numbers.splice(0, Infinity, ...numbers);
  }

  /** Adds to a counter; 0 makes the series appear. A number that is none is left out, for it would poison the total. */
  add(values: readonly string[], amount: number): void {
    const { numbers } = this.#at(values);
    if (Number.isFinite(amount) && amount > 0) numbers[0] = (numbers[0] ?? 0) + amount;
  }

  observe(values: readonly string[], seconds: number): void {
    if (!Number.isFinite(seconds) || seconds < 0) return;
    const { numbers } = this.#at(values);
    const found = DURATION_BUCKETS.findIndex((bound) => seconds <= bound);
    const index = 1 + (found < 0 ? DURATION_BUCKETS.length : found);
    numbers[0] = (numbers[0] ?? 0) + seconds;
    numbers[index] = (numbers[index] ?? 0) + 1;
  }

  deleteWhere(matches: (labels: Readonly<Record<string, string>>) => boolean): void {
    for (const [key, series] of this.#series) if (matches(series.labels)) this.#series.delete(key);
  }

  *samples(): Generator<Sample> {
    for (const { labels, numbers } of this.#series.values()) {
      if (this.#spec.type === "histogram") yield* histogramSamples(labels, numbers);
      else yield { suffix: "", labels, value: numbers[0] ?? 0 };
    }
  }

  state(): SeriesState {
    return {
      shape: this.#shape(),
      series: [...this.#series.values()].map(({ values, numbers }) => [values, [...numbers]] as const),
    };
  }

  #shape(): string {
    const bounds = this.#spec.type === "histogram" ? DURATION_BUCKETS.join() : "";
    return `${this.#spec.type}(${this.#spec.labels.join()})${bounds}`;
  }

  #at(values: readonly string[]): Series {
    const key = values.join("\n");
    const found = this.#series.get(key);
    if (found !== undefined) return found;
    const labels = Object.fromEntries(this.#spec.labels.map((label, index) => [label, values[index] ?? ""]));
    const size = this.#spec.type === "histogram" ? HISTOGRAM_NUMBERS : 1;
    const made: Series = { values: [...values], labels, numbers: Array.from({ length: size }, () => 0) };
    this.#series.set(key, made);
    return made;
  }
}

function* histogramSamples(labels: Readonly<Record<string, string>>, numbers: readonly number[]): Generator<Sample> {
  let count = 0;
  for (const [index, bound] of DURATION_BUCKETS.entries()) {
    count += numbers[index + 1] ?? 0;
    yield { suffix: "_bucket", labels, le: String(bound), value: count };
  }
  count += numbers[HISTOGRAM_NUMBERS - 1] ?? 0;
  yield { suffix: "_bucket", labels, le: "+Inf", value: count };
  yield { suffix: "_sum", labels, value: numbers[0] ?? 0 };
  yield { suffix: "_count", labels, value: count };
}
