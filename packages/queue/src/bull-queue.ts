import { hash } from "node:crypto";
import {
  type Enqueued,
  type EnqueueOptions,
  type FunctionRef,
  functionKey,
  type Invocation,
  type InvocationQueue,
  type InvocationStatus,
  LIMITS,
  parseFunctionKey,
  type QueueDepth,
} from "@sluice/core";
import { ActiveMarks, IDLE_MS } from "./active-marks.ts";
import { BoundedRedis } from "./bounded-redis.ts";
import { DEFAULT_PREFIX, EVENTS_KEPT, type FunctionQueue, FunctionQueues } from "./function-queues.ts";
import { dueAtOf, type InvocationJob, redriveNote, toStatus } from "./job-record.ts";
import { MarkKeeper } from "./mark-keeper.ts";
import type { QueueRedis } from "./queue-redis.ts";
import { isLeaseLost, messageOf } from "./redis-fault.ts";

export interface BullQueueOptions {
  readonly redis: QueueRedis;
  /** First part of every key. Default: `sluice`. Consumers must use the same. */
  readonly prefix?: string;
  /** How long any call may take, Redis down or not. Default 3,000. */
  readonly commandTimeoutMs?: number;
  /** The consumers' `idleMs`, or less. Default 30,000. */
  readonly idleMs?: number;
  /** Milliseconds since the epoch. Default: the clock. */
  readonly now?: () => number;
}

/**
 * The queued lane on BullMQ: one queue per function, an event's job id is its invocation id, the failed set is the
 * dead-letter queue.
 *
 * Every call answers within `commandTimeoutMs` (`redrive` and `obliterate`: each of their steps) and throws PlatformError
 * Service.Unavailable while Redis cannot be reached, Service.StorageFull while it refuses writes for want of room, and
 * Service.Draining after `stop`.
 */
export function createBullQueue(options: BullQueueOptions): InvocationQueue {
  return new BullQueue(options);
}

const COMMAND_TIMEOUT_MS = 3_000;
const REDRIVE_PAGE = 100;
const SCAN_PAGE = 1_000;

class BullQueue implements InvocationQueue {
  readonly #redis: BoundedRedis;
  readonly #queues: FunctionQueues;
  readonly #marks: ActiveMarks;
  readonly #keeper: MarkKeeper;
  readonly #now: () => number;

  constructor(options: BullQueueOptions) {
    const prefix = options.prefix ?? DEFAULT_PREFIX;
    this.#now = options.now ?? Date.now;
    this.#redis = new BoundedRedis(options.redis, options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS, () =>
      this.#keeper.forget(),
    );
    this.#queues = new FunctionQueues(this.#redis.client, prefix);
    this.#marks = new ActiveMarks(this.#redis.client, prefix);
    this.#keeper = new MarkKeeper((key) => this.#mark(key), options.idleMs ?? IDLE_MS, this.#now);
  }

  async enqueue(invocation: Invocation, options: EnqueueOptions = {}): Promise<Enqueued> {
    const key = functionKey({ tenant: invocation.tenant, name: invocation.function });
    return this.#redis.run(async () => {
      await this.#keeper.ensure(key);
      const job = await this.#queues.of(key).add("invocation", invocation, {
        jobId: invocation.id,
        timestamp: invocation.acceptedAt,
        ...deduplication(options),
      });
      await this.#keeper.confirm(key);
      const id = job.id ?? invocation.id;
      return { id, duplicate: id !== invocation.id };
    });
  }

  async find(fn: FunctionRef, invocationId: string): Promise<InvocationStatus | undefined> {
    const queue = this.#queueOf(fn);
    return this.#redis.run(async (client) => {
      const [job, leases] = await Promise.all([
        findJob(queue, invocationId),
        client.exists(queue.toKey(`${invocationId}:lock`)),
      ]);
      return job === undefined ? undefined : toStatus(job, leases > 0);
    });
  }

  async depth(fn: FunctionRef): Promise<QueueDepth> {
    const queue = this.#queueOf(fn);
    return this.#redis.run(async (client) => {
      const [counts, oldest, delayed] = await Promise.all([
        queue.getJobCounts("wait", "delayed", "active", "failed"),
        client.lindex(queue.toKey("wait"), -1),
        client.zrange(queue.toKey("delayed"), "0", "0", "WITHSCORES"),
      ]);
      const now = this.#now();
      const waitingSince = oldest === null ? now : await this.#dueAt(queue, oldest);
      // Due, but not moved over yet, because no consumer has looked: scores are milliseconds times 4,096.
      const overdueSince = delayed[1] === undefined ? now : Number(delayed[1]) / 4_096;
      return {
        waiting: counts["wait"] ?? 0,
        delayed: counts["delayed"] ?? 0,
        active: counts["active"] ?? 0,
        deadLettered: counts["failed"] ?? 0,
        oldestWaitingMs: Math.max(0, Math.floor(now - Math.min(waitingSince ?? now, overdueSince))),
      };
    });
  }

  async activeFunctions(): Promise<readonly FunctionRef[]> {
    const marks = await this.#redis.run(() => this.#marks.list());
    return marks.map(({ key }) => parseFunctionKey(key));
  }

  async deadLetters(fn: FunctionRef, limit: number): Promise<readonly InvocationStatus[]> {
    if (limit <= 0) return [];
    const jobs = await this.#redis.run(() => this.#queueOf(fn).getJobs(["failed"], 0, limit - 1));
    return jobs.filter(isOurs).map((job) => toStatus(job, false));
  }

  async redrive(fn: FunctionRef, invocationId?: string): Promise<number> {
    const queue = this.#queueOf(fn);
    if (invocationId === undefined) return this.#redriveAll(fn, queue);
    return this.#redis.run(async () => {
      const job = await findJob(queue, invocationId);
      return job === undefined ? 0 : this.#requeue(fn, [job]);
    });
  }

  async obliterate(fn: FunctionRef): Promise<void> {
    const queue = this.#queueOf(fn);
    // The lists first, so that no consumer starts what is about to vanish. The mark stays: other processes may rely on
    // it (invariant 1), and consumers remove it when the queue has been empty for a while.
    const lists = ["wait", "paused", "delayed", "prioritized", "active"].map((type) => queue.toKey(type));
    await this.#redis.run((client) => client.unlink(...lists));
    let cursor = "0";
    do {
      cursor = await this.#redis.run(async (client) => {
        const [next, keys] = await client.scan(cursor, "MATCH", queue.toKey("*"), "COUNT", SCAN_PAGE);
        if (keys.length > 0) await client.unlink(...keys);
        return next;
      });
    } while (cursor !== "0");
  }

  async stop(): Promise<void> {
    await this.#redis.stop();
  }

  #queueOf(fn: FunctionRef): FunctionQueue {
    return this.#queues.of(functionKey(fn));
  }

  async #mark(key: string): Promise<void> {
    const meta = { "opts.maxLenEvents": EVENTS_KEPT };
    await Promise.all([this.#marks.mark(key), this.#queues.of(key).getBackend().setQueueMeta(meta)]);
  }

  async #dueAt(queue: FunctionQueue, jobId: string): Promise<number | undefined> {
    const [timestamp, failedReason, progress] = await this.#redis.client.hmget(
      queue.toKey(jobId),
      "timestamp",
      "failedReason",
      "progress",
    );
    return dueAtOf({ timestamp: timestamp ?? null, failedReason: failedReason ?? null, progress: progress ?? null });
  }

  /** Oldest first. An event that fails again meanwhile is behind all that are still to be redriven. */
  async #redriveAll(fn: FunctionRef, queue: FunctionQueue): Promise<number> {
    const seen = new Set<string | undefined>();
    let redriven = 0;
    for (;;) {
      const page = await this.#redis.run(async () => {
        const jobs = await queue.getJobs(["failed"], 0, REDRIVE_PAGE - 1, true);
        const fresh = jobs.filter((job) => isOurs(job) && !seen.has(job.id));
        for (const job of fresh) seen.add(job.id);
        return { found: fresh.length, redriven: await this.#requeue(fn, fresh) };
      });
      redriven += page.redriven;
      if (page.found === 0) return redriven;
    }
  }

  /** Each job moves in one atomic step, once: a job that is no longer in the failed set is not counted. */
  async #requeue(fn: FunctionRef, jobs: readonly InvocationJob[]): Promise<number> {
    if (jobs.length === 0) return 0;
    const key = functionKey(fn);
    await this.#keeper.ensure(key);
    const moved = await Promise.all(jobs.map((job) => retryFailed(job, this.#now())));
    await this.#keeper.confirm(key);
    return moved.filter(Boolean).length;
  }
}

async function retryFailed(job: InvocationJob, now: number): Promise<boolean> {
  if (toStatus(job, false).state !== "dead-lettered") return false;
  try {
    await Promise.all([
      job.updateProgress(redriveNote(job, now)),
      job.retry("failed", { resetAttemptsMade: true, resetAttemptsStarted: true }),
    ]);
    return true;
  } catch (error) {
    if (isLeaseLost(error)) return false;
    throw error;
  }
}

/** BullMQ keeps the record with a time to live past the job's end, and checks and writes it in the add script itself. */
function deduplication(options: EnqueueOptions): { deduplication?: { id: string; ttl: number } } {
  if (options.idempotencyKey === undefined) return {};
  // Keys come from outside: hashed, they are short and of a safe alphabet.
  const id = hash("sha256", options.idempotencyKey, "base64url");
  return { deduplication: { id, ttl: options.idempotencyTtlMs ?? LIMITS.idempotencyTtlMs } };
}

/** Ids come from outside: one may be the name of another of the queue's keys. */
async function findJob(queue: FunctionQueue, id: string): Promise<InvocationJob | undefined> {
  try {
    const job = await queue.getJob(id);
    return job !== undefined && isOurs(job) && job.data.id === id ? job : undefined;
  } catch (error) {
    if (messageOf(error).startsWith("WRONGTYPE")) return undefined;
    throw error;
  }
}

/** False for what is left of a job whose function was deleted under it. */
function isOurs(job: InvocationJob): boolean {
  return typeof job.data.id === "string";
}
