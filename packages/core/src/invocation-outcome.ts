/**
 * How an attempt ended, as data. Names of failures are stable: logs, alerts and clients match on them. The dotted names
 * are the platform's (Lambda's where Lambda has one); any other errorType is the class name of what the handler threw.
 */
export const SANDBOX_ERROR_TYPES = {
  timedOut: "Sandbox.Timedout",
  outOfMemory: "Runtime.OutOfMemory",
  exited: "Runtime.ExitError",
  trapped: "Runtime.Trap",
  handlerNotFound: "Runtime.HandlerNotFound",
  importFailed: "Runtime.ImportModuleError",
  syntaxError: "Runtime.UserCodeSyntaxError",
  unhandledRejection: "Runtime.UnhandledPromiseRejection",
  notSerializable: "Runtime.MarshalError",
  responseTooLarge: "Function.ResponseSizeTooLarge",
  tooOld: "Event.AgeExceeded",
} as const;

export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
  /** What limit was met or what to change, for people; absent where the message says it all. */
  readonly explanation?: string;
}

export interface LogLine {
  readonly at: number;
  readonly level: "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR" | "FATAL";
  readonly message: string;
}

/** Measurements of one attempt. Times are milliseconds, memory is MiB. */
export interface AttemptReport {
  readonly durationMs: number;
  readonly billedMs: number;
  /** Set on a cold start only. */
  readonly initMs: number | null;
  readonly memoryMb: number;
  readonly maxMemoryMb: number;
}

export type AttemptOutcome =
  | {
      readonly kind: "succeeded";
      /** JSON text; `null` when the handler returned nothing. */
      readonly payload: string;
      readonly report: AttemptReport;
    }
  | { readonly kind: "failed"; readonly error: FunctionError; readonly report: AttemptReport };

/** Lambda's body of a function error. */
export function toFunctionErrorBody(error: FunctionError): string {
  const { errorType, errorMessage, trace, explanation } = error;
  return JSON.stringify({ errorType, errorMessage, trace, ...(explanation === undefined ? {} : { explanation }) });
}
