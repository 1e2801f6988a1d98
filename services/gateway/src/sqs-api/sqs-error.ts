import type { PlatformError } from "@sluice/core";
import { AwsError } from "../aws-api/aws-error.ts";
import type { FieldFaults } from "../aws-api/fields.ts";

/** Errors of SQS: their shape's name, and how the older query protocol says it where that differs. */
const QUERY = {
  QueueDoesNotExist: "AWS.SimpleQueueService.NonExistentQueue",
  QueueNameExists: "QueueAlreadyExists",
  EmptyBatchRequest: "AWS.SimpleQueueService.EmptyBatchRequest",
  TooManyEntriesInBatchRequest: "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
  BatchEntryIdsNotDistinct: "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
  BatchRequestTooLong: "AWS.SimpleQueueService.BatchRequestTooLong",
  InvalidBatchEntryId: "AWS.SimpleQueueService.InvalidBatchEntryId",
  PurgeQueueInProgress: "AWS.SimpleQueueService.PurgeQueueInProgress",
  MessageNotInflight: "AWS.SimpleQueueService.MessageNotInflight",
  ReceiptHandleIsInvalid: "ReceiptHandleIsInvalid",
  InvalidMessageContents: "InvalidMessageContents",
  InvalidAttributeName: "InvalidAttributeName",
  InvalidAttributeValue: "InvalidAttributeValue",
  InvalidParameterValueException: "InvalidParameterValue",
  MissingRequiredParameterException: "MissingParameter",
  OverLimit: "OverLimit",
  InvalidAddress: "InvalidAddress",
} as const;

export type SqsErrorType = keyof typeof QUERY;

export function sqsError(type: SqsErrorType, message: string): AwsError {
  return new AwsError(type, message, { queryCode: QUERY[type] });
}

export function noSuchQueue(): AwsError {
  return sqsError("QueueDoesNotExist", "The specified queue does not exist.");
}

export function invalidValue(name: string, value: string, reason: string): AwsError {
  const message = `Value ${value.slice(0, 200)} for parameter ${name} is invalid. Reason: ${reason}`;
  return sqsError("InvalidParameterValueException", message);
}

export const SQS_FAULTS: FieldFaults = {
  missing: (name) => sqsError("MissingRequiredParameterException", `The request must contain the parameter ${name}.`),
  invalid: (name, reason) =>
    sqsError("InvalidParameterValueException", `The value of parameter ${name} is invalid. Reason: ${reason}.`),
};

export function knownSqsError(error: PlatformError): AwsError | undefined {
  if (error.code === "Queue.NotFound") return noSuchQueue();
  if (error.code === "Queue.TooMany") return sqsError("OverLimit", error.message);
  if (error.code === "Request.Malformed" || error.code === "Request.TooLarge") {
    return sqsError("InvalidParameterValueException", error.message);
  }
  return undefined;
}
