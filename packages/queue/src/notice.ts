/** Something an operator may want to know and no caller is told of. */
export interface QueueNotice {
  /**
   * - `connection`: Redis was lost or refuses connections; everything retries by itself
   * - `refused`: Redis answers, but refuses commands (out of memory, disk full, read-only, loading)
   * - `lease-lost`: an attempt ended after its lease was gone; its verdict was discarded and the event runs again
   * - `stalled`: an event whose consumer died or stood still went back to its queue
   * - `fault`: a defect of ours
   */
  readonly kind: "connection" | "refused" | "lease-lost" | "stalled" | "fault";
  readonly message: string;
  /** Function key, where one is concerned. */
  readonly function?: string;
}

export type OnNotice = (notice: QueueNotice) => void;

const QUIET_MS = 10_000;
const REMEMBERED_MAX = 1_000;

/** Passes each notice on once in ten seconds: an outage makes every connection and queue say the same. */
export class Notices {
  readonly #onNotice: OnNotice;
  readonly #said = new Map<string, number>();

  constructor(onNotice: OnNotice) {
    this.#onNotice = onNotice;
  }

  report(notice: QueueNotice): void {
    const text = `${notice.kind} ${notice.function ?? ""} ${notice.message}`;
    const now = performance.now();
    const last = this.#said.get(text);
    if (last !== undefined && now - last < QUIET_MS) return;
    if (this.#said.size >= REMEMBERED_MAX) this.#said.clear();
    this.#said.set(text, now);
    this.#onNotice(notice);
  }
}
