import type {
  Claim,
  EventEnding,
  Invocation,
  InvocationState,
  InvocationStatus,
  QueueDepth,
  Verdict,
} from "@sluice/core";
import { LIMITS } from "@sluice/core";
import { keptResult } from "./job-record.ts";

const COMPLETED_KEPT = 1_000;

interface Entry {
  readonly invocation: Invocation;
  state: InvocationState;
  /** Moment of acceptance, or of the last redrive. */
  acceptedAt: number;
  dueAt: number;
  /** Not before this moment: the end of a retry's or release's delay. */
  notBefore: number;
  attempts: number;
  redelivered: boolean;
  releases: number;
  ending: EventEnding | undefined;
  /** Dead-lettered, but not kept for a redrive. */
  forwarded: boolean;
  finishedAt: number | null;
  result: string | null;
  error: InvocationStatus["error"];
  reason: string | null;
  lease: MemoryLease | undefined;
}

/** A claim that may be settled once, unless it was given up before. */
export interface MemoryLease {
  readonly claim: Claim;
}

/** The queue of one function, in memory. */
export class MemoryLane {
  readonly #entries = new Map<string, Entry>();
  /** What is neither held nor finished, in the order in which it may start. */
  #waiting: Entry[] = [];
  readonly #active = new Set<Entry>();

  add(invocation: Invocation): void {
    if (this.#entries.has(invocation.id)) return;
    const { acceptedAt } = invocation;
    const entry: Entry = {
      invocation,
      state: "queued",
      acceptedAt,
      dueAt: acceptedAt,
      notBefore: 0,
      attempts: 0,
      redelivered: false,
      releases: 0,
      ending: undefined,
      forwarded: false,
      finishedAt: null,
      result: null,
      error: null,
      reason: null,
      lease: undefined,
    };
    this.#entries.set(invocation.id, entry);
    this.#waiting.push(entry);
  }

  /** The next event that may start, unless `limit` are held already. */
  claim(limit: number | null, now: number): MemoryLease | undefined {
    if (limit !== null && this.#active.size >= limit) return undefined;
    const at = this.#waiting.findIndex((entry) => entry.notBefore <= now);
    const entry = this.#waiting[at];
    if (entry === undefined) return undefined;
    this.#waiting.splice(at, 1);
    this.#active.add(entry);
    const { acceptedAt, dueAt, redelivered, releases, attempts, ending } = entry;
    const invocation = { ...entry.invocation, acceptedAt };
    const told = ending === undefined ? {} : { ending };
    const lease: MemoryLease = {
      claim: { invocation, attempt: attempts + 1, dueAt, redelivered, releases, ...told },
    };
    entry.state = "running";
    entry.lease = lease;
    return lease;
  }

  /** Discards the verdict when the lease was lost. */
  settle(lease: MemoryLease, verdict: Verdict, now: number): void {
    const entry = this.#release(lease);
    if (entry === undefined) return;
    switch (verdict.kind) {
      case "complete":
        finish(entry, "completed", now);
        entry.result = keptResult(verdict.result);
        entry.error = null;
        this.#forgetOldCompleted();
        return;
      case "dead-letter":
        finish(entry, "dead-lettered", now);
        entry.error = cut(verdict.error);
        entry.reason = verdict.reason;
        entry.forwarded = verdict.forwarded ?? false;
        return;
      case "retry":
        entry.attempts += 1;
        entry.error = cut(verdict.error);
        entry.dueAt = now + verdict.delayMs;
        entry.notBefore = entry.dueAt;
        entry.redelivered = false;
        entry.releases = 0;
        this.#requeue(entry, "end");
        return;
      case "defer":
        entry.ending = verdict.ending;
        this.#later(entry, now + verdict.delayMs);
        return;
      case "release":
        this.#later(entry, now + verdict.delayMs);
    }
  }

  #later(entry: Entry, notBefore: number): void {
    entry.notBefore = notBefore;
    entry.releases += 1;
    this.#requeue(entry, "front");
  }

  /** The lease is lost: the event goes back and runs again, its late verdict will be discarded. */
  lose(lease: MemoryLease): void {
    const entry = this.#release(lease);
    if (entry === undefined) return;
    entry.redelivered = true;
    this.#requeue(entry, "front");
  }

  redrive(id: string | undefined, now: number): number {
    let redriven = 0;
    for (const entry of id === undefined ? this.#entries.values() : [this.#entries.get(id)]) {
      if (entry === undefined || !isDeadLetter(entry)) continue;
      Object.assign(entry, { acceptedAt: now, dueAt: now, notBefore: 0, attempts: 0, redelivered: false });
      Object.assign(entry, { finishedAt: null, error: null, reason: null, releases: 0 });
      this.#requeue(entry, "end");
      redriven += 1;
    }
    return redriven;
  }

  find(id: string): InvocationStatus | undefined {
    const entry = this.#entries.get(id);
    return entry === undefined ? undefined : statusOf(entry);
  }

  deadLetters(limit: number): readonly InvocationStatus[] {
    const dead = [...this.#entries.values()].filter(isDeadLetter).reverse();
    dead.sort((a, b) => (b.finishedAt ?? 0) - (a.finishedAt ?? 0));
    return dead.slice(0, Math.max(0, limit)).map(statusOf);
  }

  depth(now: number): QueueDepth {
    const startable = this.#waiting.filter(({ notBefore }) => notBefore <= now);
    const oldest = Math.min(now, ...startable.map(({ dueAt }) => dueAt));
    return {
      waiting: startable.length,
      delayed: this.#waiting.length - startable.length,
      active: this.#active.size,
      deadLettered: [...this.#entries.values()].filter(isDeadLetter).length,
      oldestWaitingMs: now - oldest,
    };
  }

  isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#active.size === 0;
  }

  /** When something becomes due next; undefined when nothing waits for a moment to come. */
  nextDue(now: number): number | undefined {
    const later = this.#waiting.filter(({ notBefore }) => notBefore > now);
    return later.length === 0 ? undefined : Math.min(...later.map(({ notBefore }) => notBefore));
  }

  #release(lease: MemoryLease): Entry | undefined {
    const entry = this.#entries.get(lease.claim.invocation.id);
    if (entry?.lease !== lease) return undefined;
    entry.lease = undefined;
    this.#active.delete(entry);
    return entry;
  }

  #requeue(entry: Entry, where: "front" | "end"): void {
    entry.state = entry.attempts > 0 ? "retrying" : "queued";
    if (where === "front") this.#waiting.unshift(entry);
    else this.#waiting.push(entry);
  }

  #forgetOldCompleted(): void {
    const completed = [...this.#entries.values()].filter(({ state }) => state === "completed");
    for (const entry of completed.slice(0, -COMPLETED_KEPT)) this.#entries.delete(entry.invocation.id);
  }
}

function finish(entry: Entry, state: "completed" | "dead-lettered", now: number): void {
  entry.state = state;
  entry.attempts += 1;
  entry.finishedAt = now;
}

function isDeadLetter({ state, forwarded }: Entry): boolean {
  return state === "dead-lettered" && !forwarded;
}

function cut(error: { readonly errorType: string; readonly errorMessage: string }): InvocationStatus["error"] {
  const { errorType, errorMessage } = error;
  return { errorType, errorMessage: errorMessage.slice(0, LIMITS.errorTextChars) };
}

function statusOf(entry: Entry): InvocationStatus {
  return {
    id: entry.invocation.id,
    function: entry.invocation.function,
    state: entry.state,
    attempts: entry.attempts,
    acceptedAt: entry.invocation.acceptedAt,
    finishedAt: entry.finishedAt,
    result: entry.result,
    error: entry.error,
    deadLetterReason: entry.reason,
  };
}
