import type { MessageAttribute, OutgoingMessage, ReceivedMessage } from "@sluice/core";

/** A message as Redis keeps it: what the sender said, in JSON. */
interface Payload {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly sender: string;
  readonly trace?: string | undefined;
  readonly group?: string | undefined;
  readonly dedup?: string | undefined;
  readonly from?: string | undefined;
}

export function encodeMessage(message: OutgoingMessage): string {
  const payload: Payload = {
    id: message.id,
    body: message.body,
    attributes: message.attributes,
    sender: message.senderId,
    trace: message.traceHeader,
    group: message.groupId,
    dedup: message.deduplicationId,
  };
  return JSON.stringify(payload);
}

/** The same message with the queue that gave it up. */
export function markDeadLetter(payload: string, source: string): string {
  return JSON.stringify({ ...(JSON.parse(payload) as Payload), from: source });
}

type Delivery = Pick<ReceivedMessage, "receipt" | "sequence" | "sentAt" | "firstReceivedAt" | "receiveCount">;

export function decodeMessage(text: string, delivery: Delivery): ReceivedMessage {
  const payload = JSON.parse(text) as Payload;
  return {
    id: payload.id,
    body: payload.body,
    attributes: payload.attributes,
    senderId: payload.sender,
    traceHeader: payload.trace,
    groupId: payload.group,
    deduplicationId: payload.dedup,
    deadLetterSource: payload.from,
    ...delivery,
  };
}
