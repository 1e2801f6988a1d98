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

const THROTTLE_MS = 250;
const THROTTLE_MS_MAX = 300_000;

/**
 * How long an event waits that could not start for want of room: shortly at first, then ever longer up to five minutes
 * (Lambda: 1 s to 5 min), but not past the moment at which it is too old. No attempt is spent.
 *
 * @param releases how often it has waited so before
 */
export function throttleDelayMs(params: {
  readonly policy: RetryPolicy;
  readonly releases: number;
  readonly acceptedAt: number;
  readonly now: number;
}): number {
  const { policy, releases, acceptedAt, now } = params;
  const backoffMs = Math.min(THROTTLE_MS * 2 ** Math.min(releases, 20), THROTTLE_MS_MAX);
  const leftMs = acceptedAt + policy.maxEventAgeMs + 1 - now;
  return Math.max(0, Math.min(backoffMs, leftMs));
}

/** Whether an event waited so long that it must not start at all. */
export function isTooOld(policy: RetryPolicy, acceptedAt: number, now: number): boolean {
  return now - acceptedAt > policy.maxEventAgeMs;
}
