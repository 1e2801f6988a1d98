import { brand, IntrinsicTypeError, objectCreate, toNumber, toText } from "../primordials.ts";
import { loadPerformance, loadStructuredClone } from "../lazy.ts";

export interface EntryParts {
  readonly name: string;
  readonly startTime: number;
  readonly duration: number;
  readonly detail: unknown;
}

const KEY = objectCreate(null) as object;

export class PerformanceEntry {
  readonly #parts: EntryParts;

  constructor(key: unknown, parts: EntryParts) {
    if (key !== KEY) throw new IntrinsicTypeError("Illegal constructor");
    this.#parts = parts;
  }

  get name(): string {
    return this.#parts.name;
  }

  get entryType(): string {
    return "";
  }

  get startTime(): number {
    return this.#parts.startTime;
  }

  get duration(): number {
    return this.#parts.duration;
  }

  toJSON(): object {
    const { name, entryType, startTime, duration } = this;
    return { name, entryType, startTime, duration };
  }
}

export class PerformanceMark extends PerformanceEntry {
  readonly #detail: unknown;

  constructor(name: unknown, options: { readonly detail?: unknown; readonly startTime?: unknown } | null = {}) {
    if (arguments.length === 0) throw new IntrinsicTypeError("PerformanceMark needs a name");
    const { startTime, detail } = options ?? {};
    const at = startTime === undefined ? loadPerformance().performance.now() : toNumber(startTime);
    if (!(at >= 0)) throw new IntrinsicTypeError("The startTime of a mark cannot be negative");
    super(KEY, { name: toText(name), startTime: at, duration: 0, detail: undefined });
    this.#detail = cloneDetail(detail);
  }

  override get entryType(): string {
    return "mark";
  }

  get detail(): unknown {
    return this.#detail;
  }
}

export class PerformanceMeasure extends PerformanceEntry {
  readonly #detail: unknown;

  constructor(key: unknown, parts: EntryParts) {
    super(key, parts);
    this.#detail = cloneDetail(parts.detail);
  }

  override get entryType(): string {
    return "measure";
  }

  get detail(): unknown {
    return this.#detail;
  }
}

brand(PerformanceEntry, "PerformanceEntry");
brand(PerformanceMark, "PerformanceMark");
brand(PerformanceMeasure, "PerformanceMeasure");

export function createMeasure(parts: EntryParts): PerformanceMeasure {
  return new PerformanceMeasure(KEY, parts);
}

function cloneDetail(detail: unknown): unknown {
  if (detail === undefined || detail === null) return null;
  return typeof detail === "object" ? loadStructuredClone().structuredClone(detail) : detail;
}
