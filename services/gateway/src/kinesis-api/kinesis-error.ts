import type { PlatformError } from "@sluice/core";
import { AwsError } from "../aws-api/aws-error.ts";
import type { FieldFaults } from "../aws-api/fields.ts";

export type KinesisErrorType =
  | "ResourceNotFoundException"
  | "ResourceInUseException"
  | "InvalidArgumentException"
  | "ValidationException"
  | "LimitExceededException"
  | "ExpiredIteratorException"
  | "ExpiredNextTokenException";

export function kinesisError(type: KinesisErrorType, message: string): AwsError {
  return new AwsError(type, message);
}

export const KINESIS_FAULTS: FieldFaults = {
  missing: (name) => kinesisError("ValidationException", `1 validation error detected: ${name} must not be null.`),
  invalid: (name, reason) => kinesisError("ValidationException", `1 validation error detected: ${name}: ${reason}.`),
};

export function noSuchStream(name: string, accountId: string): AwsError {
  return kinesisError("ResourceNotFoundException", `Stream ${name} under account ${accountId} not found.`);
}

export function knownKinesisError(error: PlatformError): AwsError | undefined {
  if (error.code === "Stream.NotFound") return kinesisError("ResourceNotFoundException", error.message);
  if (error.code === "Stream.TooMany") return kinesisError("LimitExceededException", error.message);
  if (error.code === "Request.Malformed" || error.code === "Request.TooLarge") {
    return kinesisError("InvalidArgumentException", error.message);
  }
  return undefined;
}
