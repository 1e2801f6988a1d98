/**
 * Parts of the consumers' idle time (30 s). A mark is renewed by the first event that comes a sixth of it later (5 s): so
 * seldom does an event cost another round trip. It counts for five sixths (25 s): past that, a consumer might be about
 * to remove it.
 */
const RENEW_PART = 1 / 6;
const VALID_PART = 5 / 6;

const MARKS_REMEMBERED = 10_000;

interface Marked {
  readonly steadyMs: number;
  readonly wallMs: number;
}

/** Remembers when this process marked which function, so that most events need no mark of their own. */
export class MarkKeeper {
  readonly #mark: (key: string) => Promise<void>;
  readonly #now: () => number;
  readonly #renewMs: number;
  readonly #validMs: number;
  readonly #marked = new Map<string, Marked>();
  readonly #marking = new Map<string, Promise<void>>();

  constructor(mark: (key: string) => Promise<void>, idleMs: number, now: () => number) {
    this.#mark = mark;
    this.#now = now;
    this.#renewMs = idleMs * RENEW_PART;
    this.#validMs = idleMs * VALID_PART;
  }

  /** Resolves at once (undefined) when the function's mark is fresh. */
  ensure(key: string): Promise<void> | undefined {
    const marked = this.#marked.get(key);
    return marked !== undefined && this.#ageMs(marked) < this.#renewMs ? undefined : this.#renew(key);
  }

  /** To be called when an event is in the queue, before it counts as accepted. */
  confirm(key: string): Promise<void> | undefined {
    const marked = this.#marked.get(key);
    return marked !== undefined && this.#ageMs(marked) < this.#validMs ? undefined : this.#renew(key);
  }

  /** After a reconnect: the server may be another one, which never got the marks. */
  forget(): void {
    this.#marked.clear();
  }

  /** The steady clock stands still while a machine is suspended and the wall clock may be set back: the older counts. */
  #ageMs(marked: Marked): number {
    return Math.max(performance.now() - marked.steadyMs, Math.abs(this.#now() - marked.wallMs));
  }

  async #renew(key: string): Promise<void> {
    const running = this.#marking.get(key);
    if (running !== undefined) return running;
    // Taken before the mark is sent, so that it never looks younger than it is.
    const marked = { steadyMs: performance.now(), wallMs: this.#now() };
    const marking = this.#mark(key).then(() => {
      if (this.#marked.size >= MARKS_REMEMBERED) this.#marked.clear();
      this.#marked.set(key, marked);
    });
    this.#marking.set(key, marking);
    try {
      await marking;
    } finally {
      this.#marking.delete(key);
    }
  }
}
