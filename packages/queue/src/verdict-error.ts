import { DelayedError, UnrecoverableError } from "bullmq";

/**
 * BullMQ is told what to do with a job by what its processor throws. This is the one place that does so.
 *
 * Thrown for a retry: the message is kept as `failedReason`, the delay read back by `verdictBackoff`.
 */
export class RetryVerdict extends Error {
  override readonly name = "RetryVerdict";
  readonly delayMs: number;

  constructor(note: string, delayMs: number) {
    super(note);
    this.delayMs = Math.max(0, Math.floor(delayMs));
  }
}

/** Moves the job to the failed set, the dead-letter queue. */
export function deadLetterVerdict(note: string): Error {
  return new UnrecoverableError(note);
}

/** The job was moved already, or is not ours any more: leave it as it is. */
export const NOTHING_TO_DO: Error = new DelayedError();

/**
 * BullMQ also asks here when recording a verdict failed: the lease was lost, or Redis refused the write. To throw leaves
 * the job as it is; its lease ends, and it runs again without an attempt being spent.
 */
export function verdictBackoff(_attempts: number, _type?: string, error?: Error): number {
  if (error instanceof RetryVerdict) return error.delayMs;
  throw error ?? new Error("a job failed without an error");
}
