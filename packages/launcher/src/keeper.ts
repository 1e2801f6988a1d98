import { setTimeout as wait } from "node:timers/promises";
import type { RunningProcess } from "./running-process.ts";

export interface KeeperOptions {
  readonly name: string;
  /** Gives up when the signal fires. */
  readonly launch: (signal: AbortSignal) => Promise<RunningProcess>;
  readonly note: (line: string) => void;
  readonly now?: () => number;
  /** Resolves after a time, or rejects when the signal fires. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

const FIRST_DELAY_MS = 1_000;
const LAST_DELAY_MS = 30_000;
/** A process that ran this long was well: its next end starts over with the shortest delay. */
const WELL_AFTER_MS = 60_000;

/** Keeps one process running: started again when it ends by itself, after 1 s, then 2 s, up to 30 s. */
export class Keeper {
  readonly #options: KeeperOptions;
  readonly #stopping = new AbortController();
  #running: RunningProcess | undefined;
  #starting: Promise<RunningProcess> | undefined;
  #loop: Promise<void> | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get running(): RunningProcess | undefined {
    return this.#running;
  }

  /** The first start is not tried again. @throws what `launch` throws */
  async start(): Promise<RunningProcess> {
    const { signal } = this.#stopping;
    this.#starting = this.#options.launch(signal);
    const first = await this.#starting;
    this.#running = first;
    if (!signal.aborted) this.#loop = this.#keep(first);
    return first;
  }

  /** Idempotent. Resolves when the process is gone. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const running = await this.#current();
    await running?.stop();
    await this.#loop;
  }

  async kill(): Promise<void> {
    this.#stopping.abort();
    const running = await this.#current();
    await running?.kill();
    await this.#loop;
  }

  /** What runs now; waits for a first start under way to finish or give up. */
  async #current(): Promise<RunningProcess | undefined> {
    try {
      return this.#running ?? (await this.#starting);
    } catch {
      return undefined;
    }
  }

  async #keep(first: RunningProcess): Promise<void> {
    const { name, note, now = () => performance.now() } = this.#options;
    const { signal } = this.#stopping;
    let running = first;
    let delayMs = FIRST_DELAY_MS;
    for (;;) {
      const startedAt = now();
      const how = await running.exited;
      if (signal.aborted) return;
      if (now() - startedAt > WELL_AFTER_MS) delayMs = FIRST_DELAY_MS;
      note(`${name} ended (${how}); starting it again in ${delayMs / 1000} s`);
      const next = await this.#relaunch(delayMs);
      if (next === undefined) return;
      note(`${name} is back (pid ${next.running.pid})`);
      running = next.running;
      delayMs = Math.min(next.delayMs * 2, LAST_DELAY_MS);
    }
  }

  /** Tries until it runs; undefined when it shall not run any more. */
  async #relaunch(firstDelayMs: number): Promise<{ running: RunningProcess; delayMs: number } | undefined> {
    const { name, note, launch, sleep = sleepUnlessAborted } = this.#options;
    const { signal } = this.#stopping;
    for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, LAST_DELAY_MS)) {
      await sleep(delayMs, signal).catch(() => undefined);
      if (signal.aborted) return undefined;
      try {
        const running = await launch(signal);
        this.#running = running;
        if (!signal.aborted) return { running, delayMs };
        await running.stop();
        return undefined;
      } catch (error) {
        const next = Math.min(delayMs * 2, LAST_DELAY_MS);
        note(`${name} cannot be started; trying again in ${next / 1000} s: ${String(error)}`);
      }
    }
  }
}

function sleepUnlessAborted(ms: number, signal: AbortSignal): Promise<unknown> {
  return wait(ms, undefined, { signal });
}
