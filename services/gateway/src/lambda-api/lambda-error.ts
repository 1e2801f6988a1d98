import { MODEL_ERRORS } from "./model/errors.ts";
import type { ErrorModel } from "./model/shape.ts";

/** What AWS answers before an operation is reached; no service model names these. */
const FRONT_ERRORS = {
  AccessDeniedException: { status: 403, fault: "User", message: "Message" },
  ExpiredTokenException: { status: 403, fault: "User", message: "message" },
  IncompleteSignatureException: { status: 403, fault: "User", message: "message" },
  InvalidSignatureException: { status: 403, fault: "User", message: "message" },
  MissingAuthenticationTokenException: { status: 403, fault: "User", message: "message" },
  RequestEntityTooLargeException: { status: 413, fault: "User", message: "message" },
  SerializationException: { status: 400, fault: "User", message: "message" },
  UnknownOperationException: { status: 404, fault: "User", message: "message" },
  UnrecognizedClientException: { status: 403, fault: "User", message: "message" },
  ValidationException: { status: 400, fault: "User", message: "message" },
} as const satisfies Record<string, ErrorModel>;

const LAMBDA_ERRORS = { ...MODEL_ERRORS, ...FRONT_ERRORS };

export type LambdaErrorType = keyof typeof LAMBDA_ERRORS;

/** The values of `ThrottleReason` that have a cause here. */
export type ThrottleReason =
  | "ConcurrentInvocationLimitExceeded"
  | "ReservedFunctionConcurrentInvocationLimitExceeded"
  | "CallerRateLimitExceeded";

export interface LambdaErrorOptions {
  readonly cause?: unknown;
  /** Where the model's status does not say enough: a service that is away answers 503. */
  readonly status?: number;
  /** Of `TooManyRequestsException`. */
  readonly reason?: ThrottleReason;
  readonly retryAfterSeconds?: number;
}

/** An answer of the Lambda API that is an error, as AWS names and spells it. Thrown at this edge only. */
export class LambdaError extends Error {
  readonly type: LambdaErrorType;
  readonly status: number;
  readonly reason: ThrottleReason | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(type: LambdaErrorType, message: string, options: LambdaErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "LambdaError";
    this.type = type;
    this.status = options.status ?? LAMBDA_ERRORS[type].status;
    this.reason = options.reason;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  /** The wire form. What the front answers has no `Type`; the order is that of answers recorded from AWS. */
  toBody(): Readonly<Record<string, string>> {
    const { fault, message } = LAMBDA_ERRORS[this.type];
    return {
      ...(this.reason === undefined ? {} : { Reason: this.reason }),
      ...(this.type in FRONT_ERRORS ? {} : { Type: fault }),
      [message]: this.message,
    };
  }
}
