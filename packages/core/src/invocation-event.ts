import type { DestinationKind } from "./destination.ts";
import type { InvocationSource, Lane } from "./invocation.ts";

/** Facts about invocations, in the order they became true. Metrics, cost and traces are made of these alone. */
interface FactBase {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly tenant: string;
  readonly function: string;
}

/** An event of the queued lane that Redis holds. A call of the direct lane counts as accepted by having run. */
export interface AcceptedFact extends FactBase {
  readonly type: "accepted";
  readonly source: InvocationSource;
}

/** A queued event that was already known by its idempotency key and so was not queued again. */
export interface DeduplicatedFact extends FactBase {
  readonly type: "deduplicated";
  readonly source: InvocationSource;
}

export interface ThrottledFact extends FactBase {
  readonly type: "throttled";
  readonly reason: "Capacity.Exhausted" | "Capacity.FunctionLimit" | "Capacity.NoWorker";
}

export interface FinishedFact extends FactBase {
  readonly type: "finished";
  readonly version: string;
  readonly source: InvocationSource;
  readonly lane: Lane;
  readonly attempt: number;
  /** Null when the attempt succeeded. */
  readonly errorType: string | null;
  readonly durationMs: number;
  readonly billedMs: number;
  readonly memoryMb: number;
  readonly coldStart: boolean;
  readonly initMs: number | null;
  /** From acceptance (or the due time of a retry) to the start of this attempt; null in the direct lane. */
  readonly queueWaitMs: number | null;
  /** From acceptance to the start of this attempt, earlier attempts included; absent in the direct lane. */
  readonly eventAgeMs?: number | undefined;
}

export interface RetriedFact extends FactBase {
  readonly type: "retried";
  readonly attempt: number;
  readonly delayMs: number;
}

export interface DeadLetteredFact extends FactBase {
  readonly type: "dead-lettered";
  readonly reason: string;
  /** A target has the event; it is not kept for a redrive. */
  readonly forwarded?: boolean;
}

/** A target of an ended event could not be told, however often it was tried; the event is kept as a dead letter. */
export interface DestinationFailedFact extends FactBase {
  readonly type: "destination-failed";
  readonly role: "on-success" | "on-failure" | "dead-letter";
  readonly target: DestinationKind | "unknown";
}

/** A function was not invoked because it had been invoked too often in the same chain. */
export interface RecursionStoppedFact extends FactBase {
  readonly type: "recursion-stopped";
  readonly lane: Lane;
}

/** The same attempt was run again for a cause of ours: it costs the user no attempt, but it is a duplicate. */
export interface RerunFact extends FactBase {
  readonly type: "rerun";
  readonly cause: "stalled" | "cell-lost";
}

/** Connections of one attempt that the egress rules refused, by the rule that did. */
export interface EgressDeniedFact extends FactBase {
  readonly type: "egress-denied";
  readonly reason: EgressDenial;
  readonly count: number;
}

/** A private address, one that `egress.allow` does not list, a blocked port, the platform's own services. */
export type EgressDenial = "private" | "not-listed" | "port" | "platform";

/** A cell process ended other than by idleness or drain. */
export interface CellRestartedFact {
  readonly type: "cell-restarted";
  readonly at: number;
  readonly tenant: string;
  readonly reason: CellExitReason;
}

export type CellExitReason = "timeout" | "memory" | "crash" | "protocol";

export type InvocationEvent =
  | AcceptedFact
  | DeduplicatedFact
  | ThrottledFact
  | FinishedFact
  | RetriedFact
  | DeadLetteredFact
  | DestinationFailedFact
  | RecursionStoppedFact
  | RerunFact
  | EgressDeniedFact
  | CellRestartedFact;
