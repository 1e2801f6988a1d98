import { Worker } from "node:worker_threads";
import type { CodePosition } from "./code-position.ts";
import type { MappingReply, MappingRequest } from "./mapping-messages.ts";

const THREAD = new URL("./mapping-thread.ts", import.meta.url);

export interface MappingWorkerOptions {
  /** @returns undefined when the map is not to be had */
  readonly load: (digest: string) => Promise<Uint8Array | undefined>;
  /** Raw bytes of the maps that the thread keeps parsed. */
  readonly keptBytes: number;
  /** Of parsed maps; a map that needs more ends the thread, and counts as bad. */
  readonly heapMb: number;
  /** Longer for one request, and its map counts as bad. */
  readonly timeoutMs: number;
  /** Without a request for so long, the thread goes. */
  readonly idleMs: number;
}

/**
 * Maps positions in a thread of its own, started at the first need: users make the maps, and a bad one may take long,
 * or all the memory that there is, to parse. One request at a time, so that it is known whose map ended the thread.
 */
export class MappingWorker {
  readonly #options: MappingWorkerOptions;
  #thread: Worker | undefined;
  /** Sizes of the maps that the thread holds, least recently used first. */
  readonly #kept = new Map<string, number>();
  #last: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;

  constructor(options: MappingWorkerOptions) {
    this.#options = options;
  }

  /** Never rejects. @returns undefined when the map is not to be had or is bad */
  map(digest: string, positions: readonly CodePosition[]): Promise<MappingReply | undefined | "bad"> {
    const answer = this.#last.then(() => this.#mapNext(digest, positions));
    this.#last = answer;
    return answer;
  }

  async stop(): Promise<void> {
    clearTimeout(this.#idle);
    const thread = this.#thread;
    this.#thread = undefined;
    this.#kept.clear();
    await thread?.terminate();
  }

  async #mapNext(digest: string, positions: readonly CodePosition[]): Promise<MappingReply | undefined | "bad"> {
    clearTimeout(this.#idle);
    try {
      const known = this.#kept.has(digest);
      const map = known ? undefined : await this.#options.load(digest);
      if (!known && map === undefined) return undefined;
      const forget = this.#keep(digest, map?.length);
      const reply = await this.#ask({ digest, positions, forget, ...(map === undefined ? {} : { map }) });
      if (reply !== undefined) return reply;
      await this.stop();
      return "bad";
    } catch {
      return undefined;
    } finally {
      this.#idle = setTimeout(() => void this.stop(), this.#options.idleMs);
      this.#idle.unref();
    }
  }

  /** @returns the maps that have to make room */
  #keep(digest: string, bytes: number | undefined): string[] {
    const size = bytes ?? this.#kept.get(digest) ?? 0;
    this.#kept.delete(digest);
    this.#kept.set(digest, size);
    let total = 0;
    for (const kept of this.#kept.values()) total += kept;
    const forget: string[] = [];
    for (const [old, kept] of this.#kept) {
      if (total <= this.#options.keptBytes || old === digest) break;
      total -= kept;
      this.#kept.delete(old);
      forget.push(old);
    }
    return forget;
  }

  /** @returns undefined when the thread ended or took too long */
  #ask(request: MappingRequest): Promise<MappingReply | undefined> {
    const thread = (this.#thread ??= this.#start());
    const { promise, resolve } = Promise.withResolvers<MappingReply | undefined>();
    const giveUp = (): void => resolve(undefined);
    const timer = setTimeout(giveUp, this.#options.timeoutMs);
    thread.once("message", resolve);
    thread.once("exit", giveUp);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    thread.postMessage(request);
    return promise.finally(() => {
      clearTimeout(timer);
      thread.off("message", resolve);
      thread.off("exit", giveUp);
    });
  }

  #start(): Worker {
    const thread = new Worker(THREAD, { env: {}, resourceLimits: { maxOldGenerationSizeMb: this.#options.heapMb } });
    // Out of memory comes here first; `exit` follows and says it to who waits.
    thread.on("error", () => undefined);
    thread.unref();
    return thread;
  }
}
