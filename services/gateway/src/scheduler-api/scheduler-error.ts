import type { PlatformError } from "@sluice/core";
import { AwsError } from "../aws-api/aws-error.ts";

const STATUS = {
  ValidationException: 400,
  ResourceNotFoundException: 404,
  ConflictException: 409,
  ServiceQuotaExceededException: 402,
  ThrottlingException: 429,
} as const;

/** An error as clients of EventBridge Scheduler know it. */
export function schedulerError(type: keyof typeof STATUS, message: string): AwsError {
  return new AwsError(type, message, { status: STATUS[type] });
}

export function knownSchedulerError(error: PlatformError): AwsError | undefined {
  const { status, message } = error;
  if (status === 401 || status === 403) return undefined;
  if (status === 429 || status === 503) return schedulerError("ThrottlingException", message);
  return status < 500 ? schedulerError("ValidationException", message) : undefined;
}
