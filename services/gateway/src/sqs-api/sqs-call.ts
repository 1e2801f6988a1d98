import { type MessageQueue, type MessageQueues, type Place, QUEUE_NAME, type QueueRef } from "@sluice/core";
import type { AwsCaller } from "../aws-api/aws-call.ts";
import type { Fields } from "../aws-api/fields.ts";
import { noSuchQueue, sqsError } from "./sqs-error.ts";

export interface SqsDeps {
  readonly messageQueues: MessageQueues;
  readonly place: Place;
  readonly newId: () => string;
}

/** One call of an operation. */
export interface SqsCall {
  readonly deps: SqsDeps;
  readonly caller: AwsCaller;
  readonly input: Fields;
  /** Scheme and host as the client addressed them. */
  readonly origin: string;
  /** Path of the address: with the query protocol it may be the only name of the queue. */
  readonly path: string;
  /** The chain of invocations that the sender belongs to. */
  readonly lineage: string | undefined;
  /** Aborts when the client is gone. */
  readonly gone: AbortSignal;
}

export type SqsOperation = (call: SqsCall) => Promise<object>;

export function queueArn(place: Place, name: string): string {
  return `arn:aws:sqs:${place.region}:${place.accountId}:${name}`;
}

/** Name of a queue of this account; undefined for anything else. */
export function nameFromArn(place: Place, arn: string): string | undefined {
  const name = arn.slice(arn.lastIndexOf(":") + 1);
  return QUEUE_NAME.test(name) && arn === queueArn(place, name) ? name : undefined;
}

export function queueUrl(call: SqsCall, name: string): string {
  return `${call.origin}/${call.deps.place.accountId}/${name}`;
}

/** The queue that the call names, after asking whether the caller may do this to it. @throws AwsError */
export function refOf(call: SqsCall, action: string): QueueRef {
  const url = call.input.text("QueueUrl") ?? call.path;
  const path = url.replace(/^https?:\/\/[^/]*/, "");
  const [, account, name = "", ...rest] = path.split("/");
  if (path === "/" || url === "")
    throw sqsError("MissingRequiredParameterException", "The request must contain the parameter QueueUrl.");
  if (rest.length > 0 || !QUEUE_NAME.test(name)) {
    throw sqsError("InvalidAddress", `The address ${url.slice(0, 200)} is not valid for this endpoint.`);
  }
  call.caller.authorise(`sqs:${action}`, queueArn(call.deps.place, name));
  if (account !== call.deps.place.accountId) throw noSuchQueue();
  return { tenant: call.caller.tenant, name };
}

/** @throws AwsError QueueDoesNotExist */
export async function queueOf(call: SqsCall, action: string): Promise<MessageQueue> {
  const queue = await call.deps.messageQueues.describe(refOf(call, action));
  if (queue === undefined) throw noSuchQueue();
  return queue;
}
