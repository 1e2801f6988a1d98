import { PlatformError } from "@sluice/core";

/** An error as clients of AWS know it. */
export class AwsError extends Error {
  /** Name of its shape: what clients of today match. */
  readonly type: string;
  readonly status: number;
  /** What clients of the older query protocol match, when that is another name. */
  readonly queryCode: string;

  constructor(type: string, message: string, options: { readonly status?: number; readonly queryCode?: string } = {}) {
    super(message);
    this.name = "AwsError";
    this.type = type;
    this.status = options.status ?? 400;
    this.queryCode = options.queryCode ?? type;
  }

  /** Whose fault it is. */
  get fault(): "Sender" | "Receiver" {
    return this.status < 500 ? "Sender" : "Receiver";
  }
}

export interface AwsErrorDeps {
  readonly newId: () => string;
  readonly reportError: (error: unknown, errorId: string) => void;
}

/** Anything thrown, as an error of AWS; what is not the caller's business becomes an id. */
export function toAwsError(
  error: unknown,
  deps: AwsErrorDeps,
  known: (error: PlatformError) => AwsError | undefined,
): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof PlatformError) {
    const own = known(error);
    if (own !== undefined) return own;
    if (error.status === 401 || error.status === 403) {
      return new AwsError("AccessDeniedException", error.message, { status: 403, queryCode: "AccessDenied" });
    }
    if (error.status === 503 || error.status === 507) {
      return new AwsError("ServiceUnavailable", error.message, { status: 503 });
    }
  }
  const errorId = deps.newId();
  deps.reportError(error, errorId);
  return new AwsError("InternalFailure", `Something went wrong inside Sluice (error id ${errorId}).`, { status: 500 });
}
