import {
  type ConsumerOptions,
  type FunctionRef,
  functionKey,
  type InvocationConsumer,
  parseFunctionKey,
} from "@sluice/core";
import { ActiveMarks, IDLE_MS, type Mark } from "./active-marks.ts";
import { shareCapacity } from "./allotment.ts";
import { Attachment, type LeaseOptions, type RetentionOptions } from "./attachment.ts";
import type { EndingRedis } from "./ending-redis.ts";
import { DEFAULT_PREFIX, EVENTS_KEPT, FunctionQueues } from "./function-queues.ts";
import type { QueueRedis } from "./queue-redis.ts";
import { messageOf } from "./redis-fault.ts";
import { Throttled } from "./throttled.ts";

export interface BullConsumerOptions extends ConsumerOptions, LeaseOptions {
  readonly redis: QueueRedis;
  /** First part of every key. Default: `sluice`. */
  readonly prefix?: string;
  /** Between two looks for newly active and idle queues; wake-ups come in between. Default 1,000. */
  readonly tickMs?: number;
  /** A queue that was empty and not written to for this long is detached. Never less than the queues'. Default 30,000. */
  readonly idleMs?: number;
  /** Between two questions for a function's concurrency. Default 5,000. */
  readonly limitRefreshMs?: number;
  readonly retention?: RetentionOptions;
  /** Milliseconds since the epoch. Default: the clock. */
  readonly now?: () => number;
}

/** Claims from BullMQ queues as they become active. Never throws for Redis being away: it goes on when Redis is back. */
export function createBullConsumer(options: BullConsumerOptions): InvocationConsumer {
  return new BullConsumer(options);
}

const DEFAULTS = { tickMs: 1_000, idleMs: IDLE_MS, limitRefreshMs: 5_000 };
/** A burst of claims changes the shares at most this often. */
const SHARE_MS = 10;
/** Longer than any answer takes, blocking reads (10 s) included; a connection silent for longer is made anew. */
const SILENCE_MS = 20_000;

interface Watched {
  readonly attachment: Attachment;
  readonly sinceMs: number;
  /** Since when, by the steady clock, the mark has had this score (invariant 2a of active-marks.ts). */
  seen: { readonly score: string; readonly sinceMs: number } | undefined;
  nextIdleCheckMs: number;
  limitAskedMs: number;
}

class BullConsumer implements InvocationConsumer {
  readonly #options: BullConsumerOptions;
  readonly #timing: typeof DEFAULTS;
  readonly #prefix: string;
  readonly #client: EndingRedis;
  readonly #queues: FunctionQueues;
  readonly #marks: ActiveMarks;
  readonly #share = new Throttled(SHARE_MS, () => this.#shareOut());
  readonly #watched = new Map<string, Watched>();
  readonly #attaching = new Set<string>();
  readonly #closing = new Set<Attachment>();
  #subscriber: EndingRedis | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ticking: Promise<void> | undefined;
  #draining: Promise<void> | undefined;

  constructor(options: BullConsumerOptions) {
    this.#options = options;
    this.#timing = {
      tickMs: options.tickMs ?? DEFAULTS.tickMs,
      idleMs: options.idleMs ?? DEFAULTS.idleMs,
      limitRefreshMs: options.limitRefreshMs ?? DEFAULTS.limitRefreshMs,
    };
    this.#prefix = options.prefix ?? DEFAULT_PREFIX;
    // Commands of a consumer wait for Redis to come back: there is nobody to tell, and nothing else to do.
    this.#client = options.redis.open("consumer", { maxRetriesPerRequest: null, socketTimeout: SILENCE_MS });
    this.#queues = new FunctionQueues(this.#client, this.#prefix);
    this.#marks = new ActiveMarks(this.#client, this.#prefix);
  }

  attached(): readonly FunctionRef[] {
    return [...this.#watched.values()].map(({ attachment }) => attachment.ref);
  }

  /** Resolves at once, whether Redis is there or not. */
  async start(): Promise<void> {
    if (this.#timer !== undefined || this.#draining !== undefined) return;
    this.#timer = setInterval(() => void this.#tickQuietly(), this.#timing.tickMs);
    this.#subscriber = this.#options.redis.open("wake-ups", { maxRetriesPerRequest: null });
    this.#subscriber.on("message", (_channel: string, key: string) => void this.#attach(key));
    // Wake-ups sent while the connection was down are lost.
    this.#subscriber.on("ready", () => void this.#tickQuietly());
    this.#subscriber.subscribe(this.#marks.channel).catch(() => undefined);
  }

  /** @throws what Redis answered, if it refuses; waits while it is away */
  async tick(): Promise<void> {
    if (this.#draining !== undefined) return;
    this.#ticking ??= this.#tickOnce().finally(() => (this.#ticking = undefined));
    await this.#ticking;
  }

  drain(timeoutMs: number): Promise<void> {
    this.#draining ??= this.#drain(timeoutMs);
    return this.#draining;
  }

  async #tickQuietly(): Promise<void> {
    try {
      await this.tick();
    } catch (error) {
      if (this.#draining === undefined) this.#report("refused", error);
    }
  }

  async #tickOnce(): Promise<void> {
    const startedMs = performance.now();
    const marks = await this.#marks.list();
    const marked = new Map(marks.map((mark) => [mark.key, mark]));
    await Promise.all(marks.map(({ key }) => this.#attach(key)));
    const looks: Promise<void>[] = [];
    for (const watched of this.#watched.values()) {
      const mark = marked.get(watched.attachment.key);
      if (mark !== undefined) looks.push(this.#look(watched, mark));
      // One that a wake-up attached after the marks were read may well have a mark.
      else if (watched.sinceMs < startedMs) this.#detach(watched.attachment);
    }
    await Promise.all(looks);
    this.#shareOut();
  }

  async #attach(key: string): Promise<void> {
    if (this.#watched.has(key) || this.#attaching.has(key) || this.#draining !== undefined) return;
    this.#attaching.add(key);
    try {
      const ref = parseFunctionKey(key);
      const limit = await this.#options.concurrencyOf(ref);
      await this.#writeLimit(key, limit);
      if (this.#draining === undefined) this.#open(ref, limit);
    } catch (error) {
      this.#report("fault", error, key);
    } finally {
      this.#attaching.delete(key);
    }
  }

  #open(ref: FunctionRef, limit: number | null): void {
    const { redis, handle, retention = {}, now = Date.now, lockDurationMs, stalledIntervalMs } = this.#options;
    const attachment = new Attachment(
      {
        ref,
        client: this.#client,
        prefix: this.#prefix,
        lease: {
          ...(lockDurationMs === undefined ? {} : { lockDurationMs }),
          ...(stalledIntervalMs === undefined ? {} : { stalledIntervalMs }),
        },
        retention,
        notices: redis.notices,
        now,
        handle,
        onLoad: () => this.#share.ask(),
      },
      1,
    );
    attachment.limit = limit;
    const nowMs = performance.now();
    this.#watched.set(functionKey(ref), {
      attachment,
      sinceMs: nowMs,
      seen: undefined,
      nextIdleCheckMs: nowMs + this.#timing.idleMs,
      limitAskedMs: nowMs,
    });
    this.#shareOut();
  }

  /** Detaches from an idle queue, and asks now and again for the function's concurrency. */
  async #look(watched: Watched, mark: Mark): Promise<void> {
    const { attachment } = watched;
    const nowMs = performance.now();
    if (watched.seen?.score !== mark.score) watched.seen = { score: mark.score, sinceMs: nowMs };
    if (nowMs - watched.limitAskedMs >= this.#timing.limitRefreshMs) await this.#refreshLimit(watched, nowMs);
    const idle = attachment.running === 0 && nowMs - watched.seen.sinceMs >= this.#timing.idleMs;
    if (!idle || nowMs < watched.nextIdleCheckMs) return;
    // Retries wait for minutes: no need to look every second whether they are still there.
    watched.nextIdleCheckMs = nowMs + this.#timing.idleMs / 3;
    const counts = await this.#queues.of(attachment.key).getJobCountByTypes("wait", "active", "delayed", "prioritized");
    if (counts === 0 && (await this.#marks.unmark(mark, this.#timing.idleMs))) this.#detach(attachment);
  }

  #detach(attachment: Attachment): void {
    this.#watched.delete(attachment.key);
    void this.#close(attachment);
    this.#share.ask();
  }

  #close(attachment: Attachment): Promise<void> {
    this.#closing.add(attachment);
    return attachment
      .close()
      .catch((error: unknown) => this.#report("fault", error, attachment.key))
      .finally(() => this.#closing.delete(attachment));
  }

  async #refreshLimit(watched: Watched, nowMs: number): Promise<void> {
    watched.limitAskedMs = nowMs;
    const { attachment } = watched;
    try {
      const limit = await this.#options.concurrencyOf(attachment.ref);
      if (limit === attachment.limit) return;
      await this.#writeLimit(attachment.key, limit);
      attachment.limit = limit;
    } catch (error) {
      this.#report("fault", error, attachment.key);
    }
  }

  /** The limit stands in the queue itself, where BullMQ holds all its workers to it. */
  async #writeLimit(key: string, limit: number | null): Promise<void> {
    const queue = this.#queues.of(key);
    const meta = { "opts.maxLenEvents": EVENTS_KEPT, ...(limit === null ? {} : { concurrency: limit }) };
    await Promise.all([
      queue.getBackend().setQueueMeta(meta),
      ...(limit === null ? [queue.removeGlobalConcurrency()] : []),
    ]);
  }

  #shareOut(): void {
    const attachments = [...this.#watched.values()].map(({ attachment }) => attachment);
    const { capacity } = this.#options;
    const shares = shareCapacity(
      capacity,
      attachments.map((attachment) => attachment.load(capacity)),
    );
    for (const [at, attachment] of attachments.entries()) attachment.concurrency = shares[at] ?? 1;
  }

  async #drain(timeoutMs: number): Promise<void> {
    clearInterval(this.#timer);
    this.#share.stop();
    this.#subscriber?.disconnect();
    const all = [...this.#closing, ...[...this.#watched.values()].map(({ attachment }) => attachment)];
    this.#watched.clear();
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([Promise.all(all.map((attachment) => this.#close(attachment))), deadline]);
    clearTimeout(timer);
    for (const attachment of this.#closing) attachment.abandon();
    this.#client.disconnectAll();
  }

  #report(kind: "fault" | "refused", error: unknown, key?: string): void {
    const where = key === undefined ? {} : { function: key };
    this.#options.redis.notices.report({ kind, message: messageOf(error), ...where });
  }
}
