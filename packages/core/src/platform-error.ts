import { ERROR_CODES, type ErrorCode } from "./error-codes.ts";

export interface PlatformErrorOptions {
  readonly cause?: unknown;
  /** Facts for programs: shown to the caller beside the message, so never put a secret here. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A failure of the platform or of a request to it; never a failure of a user's function. */
export class PlatformError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message?: string, options: PlatformErrorOptions = {}) {
    super(message ?? ERROR_CODES[code].meaning, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "PlatformError";
    this.code = code;
    this.details = options.details ?? {};
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }

  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }

  get fix(): string {
    return ERROR_CODES[this.code].fix;
  }
}

/** The wire form of a platform error, as every service of ours answers it. */
export interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly fix: string;
    readonly retryable: boolean;
    readonly details?: Readonly<Record<string, unknown>>;
  };
}

export function toErrorBody(error: PlatformError): ErrorBody {
  const { code, message, fix, retryable, details } = error;
  return { error: { code, message, fix, retryable, ...(Object.keys(details).length > 0 ? { details } : {}) } };
}
