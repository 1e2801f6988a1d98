/** How an asynchronous event ended, in the words of Lambda's destination records. */
export type EndingCondition =
  | "Success"
  | "RetriesExhausted"
  | "EventAgeExceeded"
  | "ZeroReservedConcurrency"
  | "RecursiveInvocation";

/**
 * An event that has ended and whose targets were not all reached yet. The queue keeps it with the event, so that what
 * ran does not run again for a target that is away.
 */
export interface EventEnding {
  /** Milliseconds since the epoch. An ending from before a redrive is over. */
  readonly at: number;
  readonly condition: EndingCondition;
  /** Attempts that ran. */
  readonly invokeCount: number;
  /** Of the last attempt; null: none ran, or not at the end. */
  readonly response: EndingResponse | null;
  /** The last failure; null: none. */
  readonly error: { readonly errorType: string; readonly errorMessage: string } | null;
  /** Targets that are still to be told. */
  readonly pending: readonly EndingTarget[];
  /** How often it was tried to tell them. */
  readonly tries: number;
}

export interface EndingResponse {
  readonly version: string;
  /** JSON text: the result, or the function error; null: too large to be sent on. */
  readonly payload: string | null;
  readonly failed: boolean;
}

export interface EndingTarget {
  /** A destination gets a record of the invocation, a dead-letter target the event itself. */
  readonly role: "destination" | "dead-letter";
  readonly arn: string;
}
