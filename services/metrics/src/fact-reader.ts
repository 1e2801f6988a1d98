import type { CheckpointStore, FactStream } from "@sluice/core";
import type { Logger } from "@sluice/process";
import { FIRST_CURSOR, formatCheckpoint, isAfter, parseCheckpoint } from "./checkpoint.ts";
import { Ledger } from "./ledger.ts";
import { within } from "./within.ts";

export interface FactReaderOptions {
  readonly facts: FactStream;
  readonly checkpoints: CheckpointStore;
  /** Name of the checkpoint. Two readers of one name do no harm: each saves a ledger with the place it belongs to. */
  readonly consumer: string;
  readonly logger: Logger;
  readonly now: () => number;
}

const PAGE = 100;
const BLOCK_MS = 500;
const RETRY_MS = 1_000;
const STOP_MS = 2_000;
const SAVE_EVERY_MS = 1_000;
const SAVE_EVERY_MS_MAX = 30_000;
/** A large ledger is saved less often: a save that comes late only means that more is read again after a restart. */
const SAVED_BYTES_PER_MS = 50;

/**
 * Folds the stream of facts into the ledger and saves ledger and cursor together.
 *
 * 1. Between two awaits the ledger holds exactly the facts up to the cursor, so that a save at any moment is consistent.
 * 2. Nobody sees the ledger before it caught up with the stream once: the last save is older than the last scrape of the
 *    process before, and a counter that goes back would look to Prometheus like a reset and count everything again.
 */
export class FactReader {
  readonly #options: FactReaderOptions;
  #ledger = new Ledger();
  #cursor = FIRST_CURSOR;
  #loaded = false;
  #caughtUp = false;
  #unsaved = false;
  #savedAt = 0;
  #savedBytes = 0;
  #loop: Promise<void> | undefined;
  readonly #stopping = new AbortController();

  constructor(options: FactReaderOptions) {
    this.#options = options;
  }

  /** Undefined until everything that the stream held at the start is folded. */
  ledger(): Ledger | undefined {
    return this.#caughtUp ? this.#ledger : undefined;
  }

  /** Rejects while the ledger is not shown: the readiness check. */
  async requireCaughtUp(): Promise<void> {
    if (!this.#caughtUp) throw new Error("the facts that the stream holds are not read yet");
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Reads one page and folds it; the first call loads the checkpoint. Rejects when Redis does, having changed nothing. */
  async tick(): Promise<void> {
    const firstPage = !this.#loaded;
    if (firstPage) await this.#load();
    const before = this.#cursor;
    const batches = await this.#options.facts.read(before, { limit: PAGE, blockMs: this.#caughtUp ? BLOCK_MS : 0 });
    const behind = batches.length >= PAGE;
    const gap = (firstPage || behind) && before !== FIRST_CURSOR && (await this.#isTrimmedPast(before));
    if (gap) {
      this.#ledger.foldGap();
      this.#options.logger.warn(
        { cursor: before },
        "the stream was cut past this reader's place: facts may be missing",
      );
    }
    for (const { cursor, facts } of batches) {
      for (const fact of facts) this.#ledger.fold(fact);
      this.#cursor = cursor;
    }
    this.#unsaved ||= gap || batches.length > 0;
    if (!behind) this.#caughtUp = true;
  }

  async save(): Promise<void> {
    if (!this.#unsaved) return;
    const text = formatCheckpoint(this.#cursor, this.#ledger);
    this.#unsaved = false;
    this.#savedAt = this.#options.now();
    this.#savedBytes = text.length;
    try {
      await this.#options.checkpoints.save(this.#options.consumer, text);
    } catch (err) {
      this.#unsaved = true;
      throw err;
    }
  }

  /** Saves what is not saved yet; gives up on a Redis that does not answer. */
  async stop(): Promise<void> {
    const first = !this.#stopping.signal.aborted;
    this.#stopping.abort();
    try {
      await within(STOP_MS, this.#loop ?? Promise.resolve());
      if (first) await within(STOP_MS, this.save());
    } catch (err) {
      this.#options.logger.warn({ err }, "the last facts were not saved; the next start reads them again");
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.tick();
        if (this.#options.now() - this.#savedAt >= this.#saveEveryMs()) await this.save();
      } catch (err) {
        if (this.#stopping.signal.aborted) return;
        this.#options.logger.warn({ err }, "facts cannot be read or saved now; trying again");
        await pause(RETRY_MS, this.#stopping.signal);
      }
    }
  }

  async #load(): Promise<void> {
    const text = await this.#options.checkpoints.load(this.#options.consumer);
    const checkpoint = text === undefined ? undefined : parseCheckpoint(text);
    if (text !== undefined && checkpoint === undefined) {
      this.#options.logger.warn({}, "the saved counters are of an unknown form; counting anew from the stream");
    }
    if (checkpoint !== undefined) {
      this.#ledger = checkpoint.ledger;
      this.#cursor = checkpoint.cursor;
    }
    this.#loaded = true;
  }

  async #isTrimmedPast(cursor: string): Promise<boolean> {
    const [oldest] = await this.#options.facts.read(FIRST_CURSOR, { limit: 1, blockMs: 0 });
    return oldest !== undefined && isAfter(oldest.cursor, cursor);
  }

  #saveEveryMs(): number {
    return Math.min(Math.max(this.#savedBytes / SAVED_BYTES_PER_MS, SAVE_EVERY_MS), SAVE_EVERY_MS_MAX);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}
