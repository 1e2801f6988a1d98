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
  PlatformError,
  type QueueDepth,
  type Verdict,
} from "@sluice/core";
import { MemoryLane, type MemoryLease } from "./memory-lane.ts";

export interface MemoryQueueOptions {
  /** Milliseconds since the epoch. Default: the clock. */
  readonly now?: () => number;
}

/** The queued lane without Redis, for tests of what stands on it: same contract, nothing survives the process. */
export function createMemoryQueue(options: MemoryQueueOptions = {}): MemoryQueue {
  return new MemoryQueue(options);
}

interface IdempotencyRecord {
  readonly id: string;
  readonly expiresAt: number;
}

/** Beyond the port, it has what its consumers need. */
export class MemoryQueue implements InvocationQueue {
  readonly #now: () => number;
  readonly #lanes = new Map<string, MemoryLane>();
  /** When each function was last written to. */
  readonly #marks = new Map<string, number>();
  readonly #records = new Map<string, IdempotencyRecord>();
  readonly #listeners = new Set<(key: string) => void>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #stopped = false;

  constructor(options: MemoryQueueOptions) {
    this.#now = options.now ?? Date.now;
  }

  async enqueue(invocation: Invocation, options: EnqueueOptions = {}): Promise<Enqueued> {
    if (this.#stopped) throw new PlatformError("Service.Draining");
    const key = functionKey({ tenant: invocation.tenant, name: invocation.function });
    const first = this.#recordFirst(key, invocation.id, options);
    if (first !== invocation.id) return { id: first, duplicate: true };
    this.#laneOf(key).add({ ...invocation });
    this.#changed(key);
    return { id: invocation.id, duplicate: false };
  }

  async find(fn: FunctionRef, invocationId: string): Promise<InvocationStatus | undefined> {
    return this.#lanes.get(functionKey(fn))?.find(invocationId);
  }

  async depth(fn: FunctionRef): Promise<QueueDepth> {
    return (this.#lanes.get(functionKey(fn)) ?? new MemoryLane()).depth(this.#now());
  }

  async activeFunctions(): Promise<readonly FunctionRef[]> {
    return [...this.#marks.keys()].map(parseFunctionKey);
  }

  async deadLetters(fn: FunctionRef, limit: number): Promise<readonly InvocationStatus[]> {
    return this.#lanes.get(functionKey(fn))?.deadLetters(limit) ?? [];
  }

  async redrive(fn: FunctionRef, invocationId?: string): Promise<number> {
    const key = functionKey(fn);
    const redriven = this.#lanes.get(key)?.redrive(invocationId, this.#now()) ?? 0;
    if (redriven > 0) this.#changed(key);
    return redriven;
  }

  async obliterate(fn: FunctionRef): Promise<void> {
    const key = functionKey(fn);
    this.#lanes.delete(key);
    for (const record of this.#records.keys()) if (record.startsWith(`${key}:`)) this.#records.delete(record);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Calls back with the function's key whenever something of it may have become ready to start. */
  onReady(listener: (key: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  claim(key: string, limit: number | null): MemoryLease | undefined {
    const lease = this.#lanes.get(key)?.claim(limit, this.#now());
    if (lease === undefined) this.#wakeWhenDue(key);
    return lease;
  }

  settle(key: string, lease: MemoryLease, verdict: Verdict): void {
    this.#lanes.get(key)?.settle(lease, verdict, this.#now());
    this.#announce(key);
  }

  lose(key: string, lease: MemoryLease): void {
    this.#lanes.get(key)?.lose(lease);
    this.#announce(key);
  }

  /** Forgets the mark of a function whose queue is empty and was not written to for the idle time. */
  unmarkIdle(key: string, idleMs: number): void {
    const markedAt = this.#marks.get(key);
    if (markedAt === undefined || this.#now() - markedAt < idleMs) return;
    if (this.#lanes.get(key)?.isEmpty() ?? true) this.#marks.delete(key);
  }

  #laneOf(key: string): MemoryLane {
    const lane = this.#lanes.get(key) ?? new MemoryLane();
    this.#lanes.set(key, lane);
    return lane;
  }

  #recordFirst(key: string, id: string, options: EnqueueOptions): string {
    if (options.idempotencyKey === undefined) return id;
    const name = `${key}:${options.idempotencyKey}`;
    const now = this.#now();
    const record = this.#records.get(name);
    if (record !== undefined && record.expiresAt > now) return record.id;
    this.#records.set(name, { id, expiresAt: now + (options.idempotencyTtlMs ?? LIMITS.idempotencyTtlMs) });
    return id;
  }

  #changed(key: string): void {
    this.#marks.set(key, this.#now());
    this.#announce(key);
  }

  #announce(key: string): void {
    for (const listener of this.#listeners) listener(key);
  }

  #wakeWhenDue(key: string): void {
    const now = this.#now();
    const due = this.#lanes.get(key)?.nextDue(now);
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    if (due === undefined || this.#stopped) return;
    const timer = setTimeout(() => this.#announce(key), Math.min(due - now, 2 ** 31 - 1));
    timer.unref();
    this.#timers.set(key, timer);
  }
}
