import { LIMITS } from "./limits.ts";

/** How an asynchronous event is tried again after the function failed. Lambda's defaults. */
export interface RetryPolicy {
  /** Wait before each retry; its length is the number of retries. */
  readonly delaysMs: readonly number[];
  /** An event older than this is dead-lettered instead of tried again. */
  readonly maxEventAgeMs: number;
}

export const DEFAULT_RETRY_POLICY: RetryPolicy = { delaysMs: [60_000, 120_000], maxEventAgeMs: 6 * 3_600_000 };

/** Lambda's waits (1 and 2 minutes), doubled on for more retries up to five minutes. */
export function defaultDelays(retries: number): readonly number[] {
  return Array.from({ length: Math.min(retries, LIMITS.retriesMax) }, (_, index) =>
    Math.min(60_000 * 2 ** index, 300_000),
  );
}

export type RetryDecision =
  | { readonly kind: "retry"; readonly delayMs: number }
  | { readonly kind: "dead-letter"; readonly reason: DeadLetterReason };

export type DeadLetterReason = "RetriesExhausted" | "EventAgeExceeded";

/**
 * What follows a failed attempt. Age is judged at the moment the retry would start, as Lambda does, so that no event
 * waits for a retry that could not run.
 *
 * @param attempt 1 for the first try
 */
export function decideRetry(params: {
  readonly policy: RetryPolicy;
  readonly attempt: number;
  readonly acceptedAt: number;
  readonly now: number;
}): RetryDecision {
  const { policy, attempt, acceptedAt, now } = params;
  const delayMs = policy.delaysMs[attempt - 1];
  if (delayMs === undefined) return { kind: "dead-letter", reason: "RetriesExhausted" };
  if (now + delayMs - acceptedAt > policy.maxEventAgeMs) return { kind: "dead-letter", reason: "EventAgeExceeded" };
  return { kind: "retry", delayMs };
}

/** Whether an event waited so long that it must not start at all. */
export function isTooOld(policy: RetryPolicy, acceptedAt: number, now: number): boolean {
  return now - acceptedAt > policy.maxEventAgeMs;
}
