import {
  type Claim,
  type EventEnding,
  type Invocation,
  type InvocationStatus,
  LIMITS,
  type VerdictError,
} from "@sluice/core";
import type { Job } from "bullmq";

/** A BullMQ job of ours: its data is the invocation, its return value the result text, or null if that was too large. */
export type InvocationJob = Job<StoredInvocation, string | null>;

/** With its ending, once it has one that its targets do not all know. */
export interface StoredInvocation extends Invocation {
  readonly ending?: EventEnding;
}

/** Result text kept with a completed job. */
const RESULT_BYTES_KEPT = 64 * 1024;

/** Null: too large to keep. */
export function keptResult(result: string | null): string | null {
  return result === null || Buffer.byteLength(result) > RESULT_BYTES_KEPT ? null : result;
}

/**
 * What `failedReason` holds, as JSON: the failure of the last attempt that counted. BullMQ stores it in the same step
 * that moves the job to its retry or to the failed set, and clears it on redrive.
 */
interface FailureNote extends VerdictError {
  /** When the retry is due. */
  readonly dueAt?: number;
  /** How often the lease had been lost until then: only later losses make the next attempt a rerun. */
  readonly stalls?: number;
  /** How often it had been claimed until then. */
  readonly starts?: number;
  /** Set when dead-lettered. */
  readonly reason?: string;
}

/** What `progress` holds once a job was redriven. */
interface RedriveNote {
  readonly redrivenAt: number;
  readonly stalls: number;
}

export function redriveNote(job: InvocationJob, redrivenAt: number): object {
  return { redrivenAt, stalls: job.stalledCounter } satisfies RedriveNote;
}

export function failureNote(error: VerdictError, rest: Omit<FailureNote, keyof VerdictError>): string {
  const errorMessage = error.errorMessage.slice(0, LIMITS.errorTextChars);
  return JSON.stringify({ errorType: error.errorType, errorMessage, ...rest } satisfies FailureNote);
}

/**
 * Undefined for what is left of a job whose function was deleted while the job's id was on its way.
 *
 * A redriven event is accepted anew: its age, which decides about retries, starts with the redrive.
 */
export function toClaim(job: InvocationJob): Claim | undefined {
  if (typeof job.data.id !== "string") return undefined;
  const { ending, ...invocation } = job.data;
  const failure = readFailure(job.failedReason);
  const redrive = readRedrive(job.progress);
  const acceptedAt = redrive?.redrivenAt ?? invocation.acceptedAt;
  const lost = job.stalledCounter - (failure?.stalls ?? redrive?.stalls ?? 0);
  return {
    invocation: redrive === undefined ? invocation : { ...invocation, acceptedAt },
    attempt: job.attemptsMade + 1,
    dueAt: failure?.dueAt ?? acceptedAt,
    redelivered: lost > 0,
    // Every other start of this attempt was given back by its claimer, or lost with it.
    releases: Math.max(0, job.attemptsStarted - (failure?.starts ?? 0) - 1 - lost),
    ...(ending === undefined ? {} : { ending }),
  };
}

/** @param running whether its lease is held now */
export function toStatus(job: InvocationJob, running: boolean): InvocationStatus {
  const { id, function: name, acceptedAt } = job.data;
  const failure = readFailure(job.failedReason);
  const state = stateOf(job, failure, running);
  const error = failure === undefined ? null : { errorType: failure.errorType, errorMessage: failure.errorMessage };
  return {
    id,
    function: name,
    state,
    attempts: job.attemptsMade,
    acceptedAt,
    finishedAt: job.finishedOn ?? null,
    result: state === "completed" ? job.returnvalue : null,
    error: state === "completed" ? null : error,
    deadLetterReason: state === "dead-lettered" ? (failure?.reason ?? null) : null,
  };
}

/** It was about to leave the queue for a target that has it, and did not. */
export function isNotedAsGivenUp(job: InvocationJob): boolean {
  return readFailure(job.failedReason)?.reason !== undefined;
}

/**
 * Told from the job's own fields: to look its id up in the queue's lists would cost more the longer they are. A
 * completed job still carries the note of an earlier failure, but only a dead-lettered one's has a reason.
 */
function stateOf(job: InvocationJob, failure: FailureNote | undefined, running: boolean): InvocationStatus["state"] {
  if (job.finishedOn !== undefined) return failure?.reason === undefined ? "completed" : "dead-lettered";
  if (running) return "running";
  return job.attemptsMade > 0 ? "retrying" : "queued";
}

/** When a job that waits became able to start, from the raw fields of its hash. */
export function dueAtOf(fields: {
  readonly timestamp: string | null;
  readonly failedReason: string | null;
  readonly progress: string | null;
}): number | undefined {
  const redrive = readRedrive(parse(fields.progress));
  const due = readFailure(fields.failedReason)?.dueAt ?? redrive?.redrivenAt;
  if (due !== undefined) return due;
  return fields.timestamp === null ? undefined : Number(fields.timestamp);
}

function readFailure(text: string | null | undefined): FailureNote | undefined {
  const note = parse(text);
  if (typeof note !== "object" || note === null || !("errorType" in note)) return undefined;
  return note as FailureNote;
}

function readRedrive(progress: unknown): RedriveNote | undefined {
  if (typeof progress !== "object" || progress === null || !("redrivenAt" in progress)) return undefined;
  return progress as RedriveNote;
}

function parse(text: string | null | undefined): unknown {
  if (text === null || text === undefined || text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
