import { LIMITS, type MessageQueue, type Place, type ReceivedMessage, type ReceiptOutcome } from "@sluice/core";
import type { AwsError } from "../aws-api/aws-error.ts";
import type { Fields } from "../aws-api/fields.ts";
import { batchEntries, batchResult } from "./batch.ts";
import { chooseAttributes, formatMessageAttributes, md5, md5OfAttributes, sha256 } from "./message-attributes.ts";
import { queueArn, queueOf, refOf, type SqsOperation } from "./sqs-call.ts";
import { invalidValue, sqsError } from "./sqs-error.ts";

const VISIBILITY_S = { min: 0, max: LIMITS.visibilityMsMax / 1_000 };
const ATTRIBUTES = new Set([
  "All",
  "ApproximateFirstReceiveTimestamp",
  "ApproximateReceiveCount",
  "AWSTraceHeader",
  "DeadLetterQueueSourceArn",
  "MessageDeduplicationId",
  "MessageGroupId",
  "SenderId",
  "SentTimestamp",
  "SequenceNumber",
]);

export const receiveMessage: SqsOperation = async (call) => {
  const { input, deps } = call;
  const queue = await queueOf(call, "ReceiveMessage");
  const limit = input.integer("MaxNumberOfMessages", { min: 1, max: 10 }) ?? 1;
  const wait = input.integer("WaitTimeSeconds", { min: 0, max: 20 });
  const visibility = input.integer("VisibilityTimeout", VISIBILITY_S);
  const wanted = [...input.texts("AttributeNames", 50), ...input.texts("MessageSystemAttributeNames", 50)];
  const unknown = wanted.find((name) => !ATTRIBUTES.has(name));
  if (unknown !== undefined) throw sqsError("InvalidAttributeName", `Unknown Attribute ${unknown.slice(0, 200)}.`);
  const wantedAttributes = input.texts("MessageAttributeNames", 100);

  const { messages, overLimit } = await deps.messageQueues.receive({
    ...queue,
    limit,
    waitMs: wait === undefined ? undefined : wait * 1_000,
    visibilityMs: visibility === undefined ? undefined : visibility * 1_000,
    signal: call.gone,
  });
  if (messages.length === 0) {
    // As AWS does: a long poll and a FIFO queue answer nothing instead.
    const long = (wait ?? queue.attributes.receiveWaitMs) > 0;
    if (overLimit && !long && !queue.attributes.fifo) {
      throw sqsError("OverLimit", "Too many messages are in flight; delete what was received first.");
    }
    return {};
  }
  const show = (message: ReceivedMessage): object =>
    formatMessage(message, queue, wanted, wantedAttributes, deps.place);
  return { Messages: messages.map(show) };
};

function formatMessage(
  message: ReceivedMessage,
  queue: MessageQueue,
  wanted: readonly string[],
  wantedAttributes: readonly string[],
  place: Place,
): object {
  const source = message.deadLetterSource;
  const system: Readonly<Record<string, string | undefined>> = {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    AWSTraceHeader: message.traceHeader,
    MessageGroupId: message.groupId,
    MessageDeduplicationId: queue.attributes.fifo ? (message.deduplicationId ?? sha256(message.body)) : undefined,
    SequenceNumber: queue.attributes.fifo ? message.sequence : undefined,
    DeadLetterQueueSourceArn: source === undefined ? undefined : queueArn(place, source),
  };
  const shown = Object.entries(system).filter(
    ([name, value]) => value !== undefined && (wanted.includes("All") || wanted.includes(name)),
  );
  const attributes = chooseAttributes(message.attributes, wantedAttributes);
  const any = Object.keys(attributes).length > 0;
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    MD5OfBody: md5(message.body),
    Body: message.body,
    ...(shown.length > 0 ? { Attributes: Object.fromEntries(shown) } : {}),
    ...(any
      ? { MD5OfMessageAttributes: md5OfAttributes(attributes), MessageAttributes: formatMessageAttributes(attributes) }
      : {}),
  };
}

export const deleteMessage: SqsOperation = async (call) => {
  const ref = refOf(call, "DeleteMessage");
  const receipt = call.input.requiredText("ReceiptHandle");
  const [outcome] = await call.deps.messageQueues.delete({ ...ref, receipts: [receipt] });
  const error = faultOf(outcome, receipt, "delete");
  if (error !== undefined) throw error;
  return {};
};

export const deleteMessageBatch: SqsOperation = async (call) => {
  const ref = refOf(call, "DeleteMessage");
  const entries = batchEntries(call.input);
  const receipts = entries.map(({ fields }) => fields.requiredText("ReceiptHandle"));
  const outcomes = await call.deps.messageQueues.delete({ ...ref, receipts });
  const results = outcomes.map((outcome, index) => faultOf(outcome, receipts[index] ?? "", "delete") ?? {});
  return batchResult(entries, results);
};

export const changeMessageVisibility: SqsOperation = async (call) => {
  const ref = refOf(call, "ChangeMessageVisibility");
  const change = readChange(call.input);
  const [outcome] = await call.deps.messageQueues.changeVisibility({ ...ref, changes: [change] });
  const error = faultOf(outcome, change.receipt, "change");
  if (error !== undefined) throw error;
  return {};
};

export const changeMessageVisibilityBatch: SqsOperation = async (call) => {
  const ref = refOf(call, "ChangeMessageVisibility");
  const entries = batchEntries(call.input);
  const changes = entries.map(({ fields }) => readChange(fields));
  const outcomes = await call.deps.messageQueues.changeVisibility({ ...ref, changes });
  const results = outcomes.map((outcome, index) => faultOf(outcome, changes[index]?.receipt ?? "", "change") ?? {});
  return batchResult(entries, results);
};

function readChange(input: Fields): { readonly receipt: string; readonly visibilityMs: number } {
  const receipt = input.requiredText("ReceiptHandle");
  return { receipt, visibilityMs: input.requiredInteger("VisibilityTimeout", VISIBILITY_S) * 1_000 };
}

function faultOf(
  outcome: ReceiptOutcome | undefined,
  receipt: string,
  step: "delete" | "change",
): AwsError | undefined {
  if (outcome === "done") return undefined;
  if (outcome === "expired") {
    if (step === "delete") return invalidValue("ReceiptHandle", receipt, "The receipt handle has expired.");
    return sqsError("MessageNotInflight", "The message is not in flight under this receipt handle.");
  }
  if (outcome === "too-long") {
    const most = VISIBILITY_S.max;
    const message = `Total VisibilityTimeout for the message is beyond the limit [${most} seconds].`;
    return sqsError("InvalidParameterValueException", message);
  }
  return sqsError("ReceiptHandleIsInvalid", "The input receipt handle is invalid.");
}
