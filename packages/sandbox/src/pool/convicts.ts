const TERM_MS = 60_000;
const KNOWN_MAX = 10_000;

/**
 * Function versions that took a cell with them lately. Their next runs begin away from the others, so that a stream of
 * poisonous events costs its neighbours one rerun and not one for each event.
 */
export class Convicts {
  readonly #until = new Map<string, number>();

  add(versionKey: string, now: number): void {
    this.#until.delete(versionKey);
    this.#until.set(versionKey, now + TERM_MS);
    const [oldest] = this.#until.keys();
    if (this.#until.size > KNOWN_MAX && oldest !== undefined) this.#until.delete(oldest);
  }

  has(versionKey: string, now: number): boolean {
    const until = this.#until.get(versionKey);
    if (until === undefined) return false;
    if (now < until) return true;
    this.#until.delete(versionKey);
    return false;
  }
}
