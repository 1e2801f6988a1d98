import { type ErrorCode, PlatformError } from "@sluice/core";
import { LambdaError, type LambdaErrorType, type ThrottleReason } from "./lambda-error.ts";

export interface ErrorDeps {
  readonly newId: () => string;
  /** Gets every failure that callers see only as an id; log it. */
  readonly reportError: (error: unknown, errorId: string) => void;
}

interface Answer {
  readonly type: LambdaErrorType;
  readonly status?: number;
  readonly reason?: ThrottleReason;
  /** AWS's own words, where programs look at them. */
  readonly message?: string;
}

/** Seconds after which a refused call is worth trying again. */
const RETRY_AFTER_S = 1;
const RATE_EXCEEDED = "Rate Exceeded.";
const UNKNOWN_OPERATION: Answer = { type: "UnknownOperationException" };
const NOT_FOUND: Answer = { type: "ResourceNotFoundException" };
const INVALID: Answer = { type: "InvalidParameterValueException" };
const CONFLICT: Answer = { type: "ResourceConflictException" };
const DENIED: Answer = { type: "AccessDeniedException" };
const BROKEN: Answer = { type: "ServiceException" };
/** The model's status of it, 500, says that something is wrong; this one that it will pass. */
const AWAY: Answer = { type: "ServiceException", status: 503 };

/** What the Lambda API answers for each of our own codes. */
const ANSWERS: Readonly<Record<ErrorCode, Answer>> = {
  "Request.Malformed": INVALID,
  "Request.InvalidJson": { type: "InvalidRequestContentException" },
  "Request.TooLarge": { type: "RequestTooLargeException" },
  "Request.UnsupportedEncoding": { type: "UnsupportedMediaTypeException" },
  "Request.NotFound": UNKNOWN_OPERATION,
  "Request.MethodNotAllowed": UNKNOWN_OPERATION,
  "Auth.Missing": { type: "MissingAuthenticationTokenException", message: "Missing Authentication Token" },
  "Auth.Invalid": {
    type: "UnrecognizedClientException",
    message: "The security token included in the request is invalid.",
  },
  "Auth.Forbidden": DENIED,
  "Queue.NotFound": NOT_FOUND,
  "Queue.TooMany": INVALID,
  "Stream.NotFound": NOT_FOUND,
  "Stream.TooMany": INVALID,
  "Key.NotFound": NOT_FOUND,
  "Key.LastAdmin": CONFLICT,
  "Key.LimitReached": INVALID,
  "Tenant.NameTaken": CONFLICT,
  "Tenant.LimitReached": INVALID,
  "Function.NotFound": NOT_FOUND,
  "Function.VersionNotFound": NOT_FOUND,
  "Function.NoUrl": NOT_FOUND,
  "Trigger.NotFound": NOT_FOUND,
  "Trigger.NameTaken": CONFLICT,
  "Trigger.CredentialsMissing": DENIED,
  "Trigger.CredentialsInvalid": DENIED,
  "Invocation.NotFound": NOT_FOUND,
  "Invocation.Recursive": { type: "RecursiveInvocationException" },
  "Manifest.Invalid": INVALID,
  "Artifact.Corrupt": BROKEN,
  "Capacity.Exhausted": {
    type: "TooManyRequestsException",
    reason: "ConcurrentInvocationLimitExceeded",
    message: RATE_EXCEEDED,
  },
  "Capacity.FunctionLimit": {
    type: "TooManyRequestsException",
    reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
    message: RATE_EXCEEDED,
  },
  "Capacity.NoWorker": AWAY,
  // Clients of AWS call again after any 5xx, as they do when Lambda loses an environment: its callers are told so.
  "Worker.Lost": BROKEN,
  "Service.Unavailable": AWAY,
  "Service.Draining": AWAY,
  "Service.StorageFull": AWAY,
  "Internal.Error": BROKEN,
};

/** Turns anything thrown into an answer of the Lambda API; what we did not foresee as an id only. */
export function toLambdaError(error: unknown, deps: ErrorDeps): LambdaError {
  if (error instanceof LambdaError) return error;
  if (error instanceof PlatformError && error.code !== "Internal.Error") return fromPlatform(error);
  const errorId = deps.newId();
  deps.reportError(error, errorId);
  return new LambdaError("ServiceException", `Something went wrong inside Sluice (error id ${errorId}).`);
}

function fromPlatform(error: PlatformError): LambdaError {
  const { type, status, reason, message } = ANSWERS[error.code];
  const throttled = type === "TooManyRequestsException" || status === 503;
  return new LambdaError(type, message ?? error.message, {
    cause: error,
    ...(status === undefined ? {} : { status }),
    ...(reason === undefined ? {} : { reason }),
    ...(throttled ? { retryAfterSeconds: RETRY_AFTER_S } : {}),
  });
}
