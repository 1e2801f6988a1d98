import { type Claim, type EventEnding, functionKey, type FunctionRef, type Verdict } from "@sluice/core";
import type { Redis } from "ioredis";
import type { QueueLoad } from "./allotment.ts";
import { queueName } from "./function-queues.ts";
import { failureNote, type InvocationJob, isNotedAsGivenUp, keptResult, toClaim } from "./job-record.ts";
import { LeasedWorker } from "./leased-worker.ts";
import type { Notices } from "./notice.ts";
import { isConnectionLost, isLeaseLost, isReply, messageOf } from "./redis-fault.ts";
import { deadLetterVerdict, NOTHING_TO_DO, RetryVerdict, verdictBackoff } from "./verdict-error.ts";

export interface LeaseOptions {
  /** A claim whose lease was not extended for this long may be taken by others. Default 30,000. */
  readonly lockDurationMs?: number;
  /** How often each queue is searched for lost leases. Default 5,000. */
  readonly stalledIntervalMs?: number;
}

export interface RetentionOptions {
  /** Completed invocations are kept this long (default 24 h) and at most so many (default 1,000), per function. */
  readonly completedAgeMs?: number;
  readonly completedCount?: number;
  /** Dead-lettered ones: default 14 days and 100,000. */
  readonly deadLetteredAgeMs?: number;
  readonly deadLetteredCount?: number;
}

export interface AttachmentOptions {
  readonly ref: FunctionRef;
  readonly client: Redis;
  readonly prefix: string;
  readonly lease: LeaseOptions;
  readonly retention: RetentionOptions;
  readonly notices: Notices;
  readonly now: () => number;
  readonly handle: (claim: Claim) => Promise<Verdict>;
  /** A claim began or ended, or the queue turned out to be empty. */
  readonly onLoad: () => void;
}

const DAY_MS = 86_400_000;
/** How long an idle worker waits in Redis before it looks by itself: bounds what a lost wake-up costs. */
const IDLE_LOOK_SECONDS = 5;
/** Pause after Redis refused a command, which BullMQ would repeat at once and for ever. */
const REFUSED_PAUSE_MS = 1_000;
const FAULT_RELEASE_MS = 1_000;

/** One queue that this consumer claims from. */
export class Attachment {
  readonly ref: FunctionRef;
  readonly key: string;
  /** Most claims over all consumers, as last asked; null: no such limit. */
  limit: number | null = null;
  readonly #options: AttachmentOptions;
  readonly #worker: LeasedWorker;
  /** Runs that go on, by invocation. */
  readonly #verdicts = new Map<string, Promise<Verdict>>();
  #running = 0;
  #empty = false;
  #resume: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: AttachmentOptions, concurrency: number) {
    this.ref = options.ref;
    this.key = functionKey(options.ref);
    this.#options = options;
    this.#worker = new LeasedWorker(queueName(this.key), (job, token) => this.#process(job, token), {
      connection: options.client,
      prefix: options.prefix,
      concurrency,
      ...leaseSettings(options.lease),
      ...retentionSettings(options.retention),
      drainDelay: IDLE_LOOK_SECONDS,
      runRetryDelay: REFUSED_PAUSE_MS,
      settings: { backoffStrategy: verdictBackoff },
    });
    this.#worker.on("error", (error) => this.#onError(error));
    this.#worker.on("stalled", (id) => this.#notice("stalled", `invocation ${id} lost its lease and went back`));
    this.#worker.on("drained", () => {
      this.#empty = true;
      options.onLoad();
    });
  }

  load(capacity: number): QueueLoad {
    const limit = Math.max(1, Math.min(capacity, this.limit ?? capacity));
    return { running: this.#running, limit, hungry: !this.#empty };
  }

  get running(): number {
    return this.#running;
  }

  get concurrency(): number {
    return this.#worker.concurrency;
  }

  set concurrency(claims: number) {
    const before = this.#worker.concurrency;
    this.#worker.concurrency = claims;
    if (claims > before && this.#running >= before && this.#resume === undefined) this.#worker.wake();
  }

  /** Claims nothing more; resolves when the running claims have ended and the connection is closed. */
  close(): Promise<void> {
    clearTimeout(this.#resume);
    this.#closing ??= this.#worker.close();
    return this.#closing;
  }

  abandon(): void {
    this.#worker.abandon();
  }

  async #process(job: InvocationJob, token: string | undefined): Promise<string | null> {
    const claim = toClaim(job);
    if (claim === undefined) return null;
    this.#running += 1;
    this.#empty = false;
    this.#options.onLoad();
    try {
      return await this.#settle(job, token, await this.#runOnce(claim));
    } finally {
      this.#running -= 1;
      this.#options.onLoad();
    }
  }

  /**
   * A claim whose lease was lost may come back to us while it still runs here: then its new lease joins that run. Twice
   * would be once too often, and BullMQ, which extends leases by job id, would stop extending the second one's when the
   * first run ends, so that a long run would be lost and repeated for ever.
   */
  async #runOnce(claim: Claim): Promise<Verdict> {
    const { id } = claim.invocation;
    const running = this.#verdicts.get(id);
    if (running !== undefined) return running;
    const verdict = this.#judge(claim);
    this.#verdicts.set(id, verdict);
    try {
      return await verdict;
    } finally {
      this.#verdicts.delete(id);
    }
  }

  async #judge(claim: Claim): Promise<Verdict> {
    try {
      return await this.#options.handle(claim);
    } catch (error) {
      this.#notice("fault", `the handler of claims threw: ${messageOf(error)}`);
      return { kind: "release", delayMs: FAULT_RELEASE_MS };
    }
  }

  async #settle(job: InvocationJob, token: string | undefined, verdict: Verdict): Promise<string | null> {
    const { stalledCounter: stalls, attemptsStarted: starts } = job;
    switch (verdict.kind) {
      case "complete":
        if (isNotedAsGivenUp(job)) await this.#noteFailure(job, "");
        return keptResult(verdict.result);
      case "retry": {
        const dueAt = this.#options.now() + verdict.delayMs;
        throw new RetryVerdict(failureNote(verdict.error, { dueAt, stalls, starts }), verdict.delayMs);
      }
      case "dead-letter": {
        const note = failureNote(verdict.error, { reason: verdict.reason });
        if (verdict.forwarded !== true) throw deadLetterVerdict(note);
        await this.#noteFailure(job, note);
        return null;
      }
      case "defer":
        await this.#keepEnding(job, verdict.ending);
        await this.#release(job, token, verdict.delayMs);
        throw NOTHING_TO_DO;
      case "release":
        await this.#release(job, token, verdict.delayMs);
        throw NOTHING_TO_DO;
    }
  }

  /**
   * What somebody else has now leaves the queue as if it were completed, under a note that says what became of it. When
   * the note cannot be written, the claim is kept until its lease ends, and the event comes back.
   */
  async #noteFailure(job: InvocationJob, note: string): Promise<void> {
    await this.#orLeave(this.#options.client.hset(this.#worker.toKey(job.id ?? ""), "failedReason", note));
  }

  async #keepEnding(job: InvocationJob, ending: EventEnding): Promise<void> {
    await this.#orLeave(job.updateData({ ...job.data, ending }));
  }

  async #orLeave(writing: Promise<unknown>): Promise<void> {
    try {
      await writing;
    } catch (error) {
      this.#onError(error);
      throw NOTHING_TO_DO;
    }
  }

  async #release(job: InvocationJob, token: string | undefined, delayMs: number): Promise<void> {
    try {
      if (delayMs > 0) await job.moveToDelayed(Date.now() + delayMs, token);
      else await job.moveToWait(token);
    } catch (error) {
      // It stays claimed until its lease ends, and then goes back by itself.
      this.#onError(error);
    }
  }

  #onError(error: unknown): void {
    if (isLeaseLost(error)) return this.#notice("lease-lost", messageOf(error));
    // The connection's own listener has said so, once for all queues.
    if (isConnectionLost(error)) return;
    if (!isReply(error)) return this.#notice("fault", messageOf(error));
    this.#notice("refused", messageOf(error));
    this.#pause();
  }

  #pause(): void {
    if (this.#resume !== undefined || this.#closing !== undefined) return;
    void this.#worker.pause(true);
    this.#resume = setTimeout(() => {
      this.#resume = undefined;
      void this.#worker.resume();
    }, REFUSED_PAUSE_MS);
  }

  #notice(kind: "fault" | "lease-lost" | "refused" | "stalled", message: string): void {
    this.#options.notices.report({ kind, message, function: this.key });
  }
}

function leaseSettings(lease: LeaseOptions): object {
  return {
    lockDuration: lease.lockDurationMs ?? 30_000,
    stalledInterval: lease.stalledIntervalMs ?? 5_000,
    // A lost lease is a fault of ours: it never fails an event.
    maxStalledCount: Number.MAX_SAFE_INTEGER,
  };
}

function retentionSettings(keep: RetentionOptions): object {
  const seconds = (ms: number): number => Math.ceil(ms / 1_000);
  return {
    removeOnComplete: { age: seconds(keep.completedAgeMs ?? DAY_MS), count: keep.completedCount ?? 1_000 },
    removeOnFail: { age: seconds(keep.deadLetteredAgeMs ?? 14 * DAY_MS), count: keep.deadLetteredCount ?? 100_000 },
  };
}
