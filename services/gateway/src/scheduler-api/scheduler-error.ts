import { PlatformError } from "@sluice/core";

const STATUS = {
  ValidationException: 400,
  AccessDeniedException: 403,
  ResourceNotFoundException: 404,
  ConflictException: 409,
  ServiceQuotaExceededException: 402,
  ThrottlingException: 429,
  InternalServerException: 500,
} as const;

/** An error as clients of EventBridge Scheduler know it. */
export class SchedulerError extends Error {
  readonly type: keyof typeof STATUS;

  constructor(type: keyof typeof STATUS, message: string) {
    super(message);
    this.name = "SchedulerError";
    this.type = type;
  }

  get status(): number {
    return STATUS[this.type];
  }
}

export interface SchedulerErrorDeps {
  readonly newId: () => string;
  readonly reportError: (error: unknown, errorId: string) => void;
}

/** Anything thrown, in the API's terms; what is not the caller's business becomes an id. */
export function toSchedulerError(error: unknown, deps: SchedulerErrorDeps): SchedulerError {
  if (error instanceof SchedulerError) return error;
  if (error instanceof PlatformError) {
    if (error.status === 401 || error.status === 403) return new SchedulerError("AccessDeniedException", error.message);
    if (error.status === 429 || error.status === 503) return new SchedulerError("ThrottlingException", error.message);
    if (error.status < 500) return new SchedulerError("ValidationException", error.message);
  }
  const errorId = deps.newId();
  deps.reportError(error, errorId);
  return new SchedulerError("InternalServerException", `Something went wrong inside Sluice (error id ${errorId}).`);
}
