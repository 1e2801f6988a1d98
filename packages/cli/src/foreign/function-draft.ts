import type { ManifestPath } from "../manifest/yaml-source.ts";

/** One function of somebody else's format on its way to the form of `sluice.yaml`; remembers where each part came from. */
export class FunctionDraft {
  readonly name: string;
  readonly #at: ManifestPath;
  readonly #options: Record<string, unknown> = {};
  readonly #triggers: unknown[] = [];
  readonly #places = new Map<string, ManifestPath>();

  constructor(name: string, at: ManifestPath) {
    this.name = name;
    this.#at = at;
  }

  /** Without a value, the option stays as it is by default. */
  set(option: string, value: unknown, place: ManifestPath): void {
    if (value === undefined) return;
    this.#options[option] = value;
    this.#places.set(option, place);
  }

  addTrigger(trigger: unknown, place: ManifestPath): void {
    this.#places.set(`triggers ${this.#triggers.length}`, place);
    this.#triggers.push(trigger);
  }

  /** A function has one URL, however many routes led to it. */
  addHttp(place: ManifestPath, http: unknown = {}): void {
    const has = this.#triggers.some((trigger) => Object.hasOwn(trigger as object, "http"));
    if (!has) this.addTrigger({ http }, place);
  }

  /** As `sluice.yaml` would have it. */
  document(): Record<string, unknown> {
    return { ...this.#options, ...(this.#triggers.length === 0 ? {} : { triggers: this.#triggers }) };
  }

  /** Where a part of the document (`["memoryMb"]`) is written in the file it came from. */
  placeOf([first, second, ...rest]: ManifestPath): ManifestPath {
    if (first === "triggers") return this.#places.get(`triggers ${second}`) ?? this.#at;
    const place = this.#places.get(String(first));
    if (place === undefined) return this.#at;
    // The names of variables are the same everywhere; other options are flat, or named otherwise within.
    return first === "environment" && second !== undefined ? [...place, second, ...rest] : place;
  }
}

/** The manifest's `retry`, of what is written. */
export function retryOf(attempts: number | undefined, maxEventAgeMs: number | undefined): unknown {
  if (attempts === undefined && maxEventAgeMs === undefined) return undefined;
  return {
    ...(attempts === undefined ? {} : { attempts }),
    ...(maxEventAgeMs === undefined ? {} : { maxEventAgeMs }),
  };
}

/** Lambda counts in seconds. */
export function toMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1_000;
}
