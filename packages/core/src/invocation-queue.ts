import type { EventEnding } from "./event-ending.ts";
import type { Invocation, InvocationStatus } from "./invocation.ts";
import type { FunctionRef } from "./names.ts";

/**
 * The queued lane as the rest of the platform sees it. Promise: when `enqueue` has resolved, the invocation is
 * completed, dead-lettered or still in the queue at every later moment, whatever process dies.
 */
export interface InvocationQueue {
  /**
   * Durable once resolved. With an idempotency key, a second call within the key's life queues nothing and answers the
   * id of the first, in the same atomic step as the check.
   *
   * @throws PlatformError Service.Unavailable, Service.StorageFull
   */
  enqueue(invocation: Invocation, options?: EnqueueOptions): Promise<Enqueued>;
  find(fn: FunctionRef, invocationId: string): Promise<InvocationStatus | undefined>;
  depth(fn: FunctionRef): Promise<QueueDepth>;
  /** Functions that have, or lately had, something in their queue; never a scan of all functions. */
  activeFunctions(): Promise<readonly FunctionRef[]>;
  /** Dead-lettered invocations, newest first. */
  deadLetters(fn: FunctionRef, limit: number): Promise<readonly InvocationStatus[]>;
  /** Queues dead-lettered invocations again with fresh attempts; all of them without an id. Answers how many. */
  redrive(fn: FunctionRef, invocationId?: string): Promise<number>;
  /** Removes everything of a function that is deleted. */
  obliterate(fn: FunctionRef): Promise<void>;
  stop(): Promise<void>;
}

export interface EnqueueOptions {
  readonly idempotencyKey?: string;
  readonly idempotencyTtlMs?: number;
}

export interface Enqueued {
  readonly id: string;
  readonly duplicate: boolean;
}

export interface QueueDepth {
  readonly waiting: number;
  /** Waiting for a retry. */
  readonly delayed: number;
  readonly active: number;
  readonly deadLettered: number;
  /** Age of the oldest event that could start now; 0 when none waits. */
  readonly oldestWaitingMs: number;
}

/** The consuming side: attaches to queues that become active, detaches from idle ones. */
export interface InvocationConsumer {
  /** Functions attached to now. */
  attached(): readonly FunctionRef[];
  /** Looks for newly active and idle queues once; the running consumer calls it on a timer and on wake-ups. */
  tick(): Promise<void>;
  start(): Promise<void>;
  /** Claims nothing more and waits for running claims until the deadline; what is left returns to the queue by lease. */
  drain(timeoutMs: number): Promise<void>;
}

export interface ConsumerOptions {
  /** Claims held at once over all queues. */
  readonly capacity: number;
  /** Claims held at once of one function; null: up to capacity. Asked when a queue is attached and then now and again. */
  readonly concurrencyOf: (fn: FunctionRef) => Promise<number | null>;
  /** Never throws: every ending is a verdict. */
  readonly handle: (claim: Claim) => Promise<Verdict>;
}

export interface Claim {
  readonly invocation: Invocation;
  /** 1 for the first attempt that counts. */
  readonly attempt: number;
  /** When this attempt became due: acceptance, or the end of the retry's delay. */
  readonly dueAt: number;
  /** The lease was lost before (a worker died or stood still): this run may be a duplicate. */
  readonly redelivered: boolean;
  /** How often this attempt was given back before it could begin. */
  readonly releases: number;
  /** Set when the event has ended, and what is left to do is to tell its targets. */
  readonly ending?: EventEnding | undefined;
}

export type Verdict =
  /** Null: too large to keep. */
  | { readonly kind: "complete"; readonly result: string | null }
  | { readonly kind: "retry"; readonly delayMs: number; readonly error: VerdictError }
  | {
      readonly kind: "dead-letter";
      readonly reason: string;
      readonly error: VerdictError;
      /** Somebody else has the event now: its fate is remembered for a while, but it is not kept for a redrive. */
      readonly forwarded?: boolean;
    }
  /** It has ended, but not every target could be told: comes back with the ending, without spending an attempt. */
  | { readonly kind: "defer"; readonly delayMs: number; readonly ending: EventEnding }
  /** Gives the claim back without spending an attempt: no slot, draining, a fault of ours. */
  | { readonly kind: "release"; readonly delayMs: number };

export interface VerdictError {
  readonly errorType: string;
  readonly errorMessage: string;
}
