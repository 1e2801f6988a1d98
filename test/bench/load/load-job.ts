/** What the load process is asked to do. */
export interface LoadJob {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly body: string;
  /** Besides those that every request has; signed ones go out as they are, again and again. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly inFlight: number;
  /** One of them ends the job; requests on their way are waited for. */
  readonly stopAfter: { readonly requests: number } | { readonly ms: number };
  /** Any other status is a failure. */
  readonly status: number;
}

export interface LoadReport {
  readonly requests: number;
  readonly failures: number;
  /** First lines of the first answer that was a failure. */
  readonly firstFailure: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** From the first request to the last answer. */
  readonly ms: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}
