import { startedAt } from "../clock.ts";
import { domException, loadPerformanceEntry } from "../lazy.ts";
import { brand, dateNow, IntrinsicTypeError, objectCreate, toNumber, toText } from "../primordials.ts";
import { EventTarget } from "./event-target.ts";
import type { PerformanceEntry, PerformanceMark, PerformanceMeasure } from "./performance-entry.ts";

interface MeasureOptions {
  readonly start?: unknown;
  readonly end?: unknown;
  readonly duration?: unknown;
  readonly detail?: unknown;
}

const KEY = objectCreate(null) as object;

/** Whole milliseconds: an isolate has no finer clock, and a finer one would help attacks that time the processor. */
export class Performance extends EventTarget {
  readonly #origin = startedAt;
  #entries: PerformanceEntry[] = [];

  constructor(key?: unknown) {
    if (key !== KEY) throw new IntrinsicTypeError("Illegal constructor");
    super();
  }

  get timeOrigin(): number {
    return this.#origin;
  }

  now(): number {
    return dateNow() - this.#origin;
  }

  mark(name: unknown, options?: { readonly detail?: unknown; readonly startTime?: unknown } | null): PerformanceMark {
    if (arguments.length === 0) throw new IntrinsicTypeError("performance.mark needs a name");
    const mark = new (loadPerformanceEntry().PerformanceMark)(name, options);
    this.#entries.push(mark);
    return mark;
  }

  measure(name: unknown, startOrOptions?: unknown, endMark?: unknown): PerformanceMeasure {
    if (arguments.length === 0) throw new IntrinsicTypeError("performance.measure needs a name");
    const { start, end, duration, detail } = measureOptions(startOrOptions, endMark);
    const length = duration === undefined ? undefined : toNumber(duration);
    let to = end === undefined ? undefined : this.#timeOf(end);
    if (to === undefined) to = start !== undefined && length !== undefined ? this.#timeOf(start) + length : this.now();
    let from = start === undefined ? undefined : this.#timeOf(start);
    from ??= length === undefined || end === undefined ? 0 : to - length;
    const parts = { name: toText(name), startTime: from, duration: to - from, detail };
    const measure = loadPerformanceEntry().createMeasure(parts);
    this.#entries.push(measure);
    return measure;
  }

  clearMarks(name?: unknown): void {
    this.#clear("mark", name);
  }

  clearMeasures(name?: unknown): void {
    this.#clear("measure", name);
  }

  getEntries(): PerformanceEntry[] {
    return [...this.#entries].sort((one, other) => one.startTime - other.startTime);
  }

  getEntriesByName(name: unknown, type?: unknown): PerformanceEntry[] {
    const wanted = toText(name);
    const entries = this.getEntries().filter((entry) => entry.name === wanted);
    return type === undefined ? entries : entries.filter((entry) => entry.entryType === type);
  }

  getEntriesByType(type: unknown): PerformanceEntry[] {
    return this.getEntries().filter((entry) => entry.entryType === type);
  }

  toJSON(): object {
    return { timeOrigin: this.#origin };
  }

  #clear(type: string, name: unknown): void {
    const goes = (entry: PerformanceEntry) =>
      entry.entryType === type && (name === undefined || entry.name === toText(name));
    this.#entries = this.#entries.filter((entry) => !goes(entry));
  }

  /** A time, or the last mark of that name. */
  #timeOf(mark: unknown): number {
    if (typeof mark === "number") {
      if (!(mark >= 0)) throw new IntrinsicTypeError("A time of performance.measure cannot be negative");
      return mark;
    }
    const name = toText(mark);
    const found = this.#entries.findLast((entry) => entry.entryType === "mark" && entry.name === name);
    if (found === undefined) throw domException(`The mark '${name}' does not exist`, "SyntaxError");
    return found.startTime;
  }
}

brand(Performance, "Performance");

export const performance = new Performance(KEY);

function measureOptions(startOrOptions: unknown, endMark: unknown): MeasureOptions {
  if (typeof startOrOptions !== "object" || startOrOptions === null) return { start: startOrOptions, end: endMark };
  const options = startOrOptions as MeasureOptions;
  const { start, end, duration } = options;
  if (endMark !== undefined) throw new IntrinsicTypeError("performance.measure: options leave no room for an end mark");
  const isEmpty = start === undefined && end === undefined && duration === undefined && options.detail === undefined;
  if (!isEmpty && start === undefined && end === undefined) {
    throw new IntrinsicTypeError("performance.measure: the options need a start or an end");
  }
  if (start !== undefined && end !== undefined && duration !== undefined) {
    throw new IntrinsicTypeError("performance.measure: of start, end and duration only two can be given");
  }
  return options;
}
