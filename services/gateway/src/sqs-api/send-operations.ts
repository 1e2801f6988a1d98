import { LIMITS, messageBytes, type MessageQueue, type OutgoingMessage, type SendOutcome } from "@sluice/core";
import { md5OfAttributes } from "@sluice/store";
import { AwsError } from "../aws-api/aws-error.ts";
import type { Fields } from "../aws-api/fields.ts";
import { batchEntries, batchResult } from "./batch.ts";
import { md5, readMessageAttributes, readTraceHeader } from "./message-attributes.ts";
import { queueOf, type SqsCall, type SqsOperation } from "./sqs-call.ts";
import { invalidValue, sqsError } from "./sqs-error.ts";

/** What XML can carry, and so a message. */
// oxlint-disable-next-line no-control-regex -- these are the characters that are refused
const UNPRINTABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const TOKEN = /^[\u0021-\u007e]{1,128}$/;

export const sendMessage: SqsOperation = async (call) => {
  const queue = await queueOf(call, "SendMessage");
  const message = readMessage(call, queue, call.input);
  const [outcome] = await call.deps.messageQueues.send({ ...queue, messages: [message] });
  return answerOf(call, queue, message, outcome);
};

export const sendMessageBatch: SqsOperation = async (call) => {
  const queue = await queueOf(call, "SendMessage");
  const entries = batchEntries(call.input);
  const read = entries.map(({ fields }) => attempt(() => readMessage(call, queue, fields)));
  const messages = read.filter((one): one is OutgoingMessage => !(one instanceof AwsError));
  const bytes = messages.reduce((sum, message) => sum + messageBytes(message), 0);
  if (bytes > LIMITS.messageBytesMax) {
    const message = `Batch requests cannot be longer than ${LIMITS.messageBytesMax} bytes. You have sent ${bytes} bytes.`;
    throw sqsError("BatchRequestTooLong", message);
  }
  const outcomes = messages.length === 0 ? [] : await call.deps.messageQueues.send({ ...queue, messages });
  let next = 0;
  const results = read.map((one) => {
    if (one instanceof AwsError) return one;
    const outcome = outcomes[next];
    next += 1;
    return attempt(() => answerOf(call, queue, one, outcome));
  });
  return batchResult(entries, results);
};

function attempt<T>(body: () => T): T | AwsError {
  try {
    return body();
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
}

function readMessage(call: SqsCall, queue: MessageQueue, input: Fields): OutgoingMessage {
  const body = input.requiredText("MessageBody");
  if (UNPRINTABLE.test(body)) {
    throw sqsError("InvalidMessageContents", "The message contains characters outside the allowed set.");
  }
  const message: OutgoingMessage = {
    id: call.deps.newId(),
    body,
    attributes: readMessageAttributes(input),
    senderId: call.deps.place.accountId,
    traceHeader: readTraceHeader(input) ?? call.lineage,
    groupId: readToken(input, "MessageGroupId"),
    deduplicationId: readToken(input, "MessageDeduplicationId"),
    delayMs: readDelay(input, queue),
  };
  if (messageBytes(message) > queue.attributes.messageBytesMax) throw tooLarge(queue);
  if (queue.attributes.fifo) checkFifo(message, queue);
  else if (message.deduplicationId !== undefined) {
    throw invalidValue(
      "MessageDeduplicationId",
      message.deduplicationId,
      "The request include parameter that is not valid for this queue type.",
    );
  }
  return message;
}

function readToken(input: Fields, name: string): string | undefined {
  const value = input.text(name);
  if (value === undefined || TOKEN.test(value)) return value;
  throw invalidValue(name, value, "It can only include alphanumeric and punctuation characters. 1 to 128 in length.");
}

function readDelay(input: Fields, queue: MessageQueue): number | undefined {
  const seconds = input.integer("DelaySeconds", { min: 0, max: 900 });
  if (seconds === undefined || (queue.attributes.fifo && seconds === 0)) return undefined;
  if (queue.attributes.fifo) {
    throw invalidValue(
      "DelaySeconds",
      String(seconds),
      "The request include parameter that is not valid for this queue type.",
    );
  }
  return seconds * 1_000;
}

function checkFifo(message: OutgoingMessage, queue: MessageQueue): void {
  if (message.groupId === undefined) {
    throw sqsError("MissingRequiredParameterException", "The request must contain the parameter MessageGroupId.");
  }
  if (message.deduplicationId === undefined && !queue.attributes.contentDeduplication) {
    throw sqsError(
      "InvalidParameterValueException",
      "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    );
  }
}

function tooLarge(queue: MessageQueue): AwsError {
  const limit = queue.attributes.messageBytesMax;
  return sqsError(
    "InvalidParameterValueException",
    `One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`,
  );
}

function answerOf(
  call: SqsCall,
  queue: MessageQueue,
  message: OutgoingMessage,
  outcome: SendOutcome | undefined,
): object {
  if (outcome?.kind !== "sent") {
    if (outcome?.reason === "full")
      throw sqsError("OverLimit", "The queue is full; receive and delete messages first.");
    // The queue's attributes changed since they were read.
    throw outcome?.reason === "too-large"
      ? tooLarge(queue)
      : sqsError("InvalidParameterValueException", `The queue refuses the message: ${outcome?.reason}.`);
  }
  const { traceHeader } = message;
  // The digest is of what the sender gave, which its request's own header is not.
  const system =
    traceHeader === undefined || traceHeader === call.lineage
      ? {}
      : { AWSTraceHeader: { dataType: "String", value: traceHeader } };
  return {
    MessageId: outcome.id,
    MD5OfMessageBody: md5(message.body),
    MD5OfMessageAttributes: md5OfAttributes(message.attributes),
    MD5OfMessageSystemAttributes: md5OfAttributes(system),
    SequenceNumber: queue.attributes.fifo ? outcome.sequence : undefined,
  };
}
