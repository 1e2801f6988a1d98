import type { Enqueued, EnqueueOptions, Invocation, PlatformError, ResultHead, TakeChunk } from "@sluice/core";

/**
 * The two lanes, as everything in the gateway that starts invocations sees them. Implementations record the facts
 * (accepted, throttled, deduplicated); callers do not.
 */
export interface Invoker {
  /** Direct lane: runs now on a worker and answers its result, or the reason why it never started. Never throws. */
  call(invocation: Omit<Invocation, "event">, event: Uint8Array | string, options?: CallOptions): Promise<CallResult>;
  /** The caller of an invocation went away: its handler is told if it still runs. */
  abandon(invocationId: string): void;
  /** Queued lane: durable once resolved. @throws PlatformError Service.Unavailable, Service.StorageFull */
  enqueue(invocation: Invocation, options?: EnqueueOptions): Promise<Enqueued>;
}

export interface CallOptions {
  /** Ask for the log lines with the result. */
  readonly logs?: boolean;
  /** Takes a streamed response; without it, one is collected and comes as the payload. */
  readonly take?: TakeChunk;
  /** What the caller says of itself, as JSON text (`readClientContext`). */
  readonly clientContext?: string;
}

export type CallResult =
  | {
      readonly kind: "result";
      readonly head: ResultHead /** JSON; empty when `head.error` is set. */;
      readonly payload: Buffer;
    }
  | { readonly kind: "refused"; readonly error: PlatformError };
