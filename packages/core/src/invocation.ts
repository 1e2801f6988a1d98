/** What started an invocation. */
export type InvocationSource =
  | "http"
  | "webhook"
  | "object-storage"
  | "cron"
  | "api"
  | "destination"
  | "queue"
  | "stream";

export type Lane = "direct" | "queued";

/** One accepted request to run a function. Its id is the `awsRequestId` of every attempt. */
export interface Invocation {
  readonly id: string;
  readonly tenant: string;
  readonly function: string;
  /** Version as requested, or `$LATEST`; resolved anew at each attempt. */
  readonly qualifier: string;
  readonly source: InvocationSource;
  /** Name of the trigger; empty for the API. */
  readonly trigger: string;
  /** JSON text, passed unread from the wire to the handler. */
  readonly event: string;
  /** Milliseconds since the epoch. */
  readonly acceptedAt: number;
  /** The chain of invocations that led to this one, as in `X-Amzn-Trace-Id`; absent: it begins here. */
  readonly lineage?: string | undefined;
}

export type InvocationState = "queued" | "running" | "retrying" | "completed" | "dead-lettered";

/** What is known of a queued-lane invocation. */
export interface InvocationStatus {
  readonly id: string;
  readonly function: string;
  readonly state: InvocationState;
  /** Attempts that the function itself failed or finished. */
  readonly attempts: number;
  readonly acceptedAt: number;
  readonly finishedAt: number | null;
  /** JSON text that the handler returned; null unless completed, or when it was too large to keep. */
  readonly result: string | null;
  readonly error: { readonly errorType: string; readonly errorMessage: string } | null;
  /** Why it was dead-lettered, whether it is kept here or its dead-letter target or failure destination has it. */
  readonly deadLetterReason: string | null;
}
