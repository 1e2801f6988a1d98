import {
  type FactStream,
  type FunctionRef,
  functionKey,
  type InvocationEvent,
  type LogRecord,
  type LogStore,
  parseFunctionKey,
} from "@sluice/core";

export interface JournalOptions {
  readonly facts: Pick<FactStream, "append">;
  readonly logs: Pick<LogStore, "append">;
  /** Redis did not take a batch: `lost` facts and log records are gone. */
  readonly onLoss: (lost: number, error: unknown) => void;
}

/** Short, because a busy worker writes a thousand records in a tenth of a second, and callers wait while they become text. */
const FLUSH_MS = 20;
/** Kept while Redis is away; past it, the newest are dropped and counted. */
const BACKLOG_MAX = 50_000;

/**
 * Facts and logs on their way to Redis: collected for a moment, then written together, so that an invocation costs no
 * round trip of its own. A crash of this process loses at most that moment's facts and logs, never an invocation.
 */
export class Journal {
  readonly #options: JournalOptions;
  #facts: InvocationEvent[] = [];
  #records = new Map<string, LogRecord[]>();
  #size = 0;
  #lost = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  fact(fact: InvocationEvent): void {
    if (this.#full()) return;
    this.#facts.push(fact);
  }

  log(ref: FunctionRef, record: LogRecord): void {
    if (this.#full()) return;
    const key = functionKey(ref);
    const records = this.#records.get(key);
    if (records === undefined) this.#records.set(key, [record]);
    else records.push(record);
  }

  /** Writes what is there; resolves when Redis has answered, whatever it said. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  #full(): boolean {
    if (this.#size >= BACKLOG_MAX) {
      this.#lost += 1;
      return true;
    }
    this.#size += 1;
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS);
    return false;
  }

  async #write(): Promise<void> {
    const facts = this.#facts;
    const records = this.#records;
    const size = this.#size;
    const lost = this.#lost;
    if (size === 0) return;
    this.#facts = [];
    this.#records = new Map();
    this.#size = 0;
    this.#lost = 0;
    if (lost > 0) this.#options.onLoss(lost, undefined);
    const batch = [...records].map(([key, list]) => ({ ref: parseFunctionKey(key), records: list }));
    try {
      await Promise.all([this.#options.facts.append(facts), this.#options.logs.append(batch)]);
    } catch (error) {
      this.#options.onLoss(size, error);
    }
  }
}
