import { HOST_CALLS } from "@sluice/core";

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(HOST_CALLS).map(([name, { op }]) => [op, name]));
const TRACKED_MAX = 2_000;

/** Host calls of one isolate that have no answer yet: what a handler waits for when its deadline comes. */
export class OpenCalls {
  readonly #ops = new Map<number, number>();

  open(id: number, op: number): void {
    if (this.#ops.size < TRACKED_MAX) this.#ops.set(id, op);
  }

  close(id: number): void {
    this.#ops.delete(id);
  }

  /** Such as `2 × http.fetch` and `1 × timer`. */
  describe(timers: number): readonly string[] {
    const counts = new Map<string, number>();
    for (const op of this.#ops.values()) {
      const name = NAMES.get(op) ?? "unknown call";
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    if (timers > 0) counts.set("timer", timers);
    return [...counts].map(([name, count]) => `${count} × ${name}`);
  }
}
