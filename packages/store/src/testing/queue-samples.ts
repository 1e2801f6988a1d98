import {
  DEFAULT_QUEUE_ATTRIBUTES,
  type MessageQueues,
  type OutgoingMessage,
  type QueueAttributes,
  type QueueRef,
  type ReceivedMessage,
} from "@sluice/core";

export const ORDERS: QueueRef = { tenant: "acme", name: "orders" };
export const FIFO: QueueRef = { tenant: "acme", name: "orders.fifo" };

let made = 0;

export function outgoing(body: string, change: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return { id: `m-${(made += 1)}`, body, attributes: {}, senderId: "000000000000", ...change };
}

export async function makeQueue(
  queues: MessageQueues,
  ref: QueueRef,
  change: Partial<QueueAttributes> = {},
): Promise<void> {
  const fifo = ref.name.endsWith(".fifo");
  const attributes = { ...DEFAULT_QUEUE_ATTRIBUTES, fifo, contentDeduplication: fifo, ...change };
  await queues.create({ ...ref, attributes, tags: {} });
}

export async function sendAll(queues: MessageQueues, ref: QueueRef, ...messages: readonly OutgoingMessage[]) {
  return await queues.send({ ...ref, messages });
}

export async function take(
  queues: MessageQueues,
  ref: QueueRef,
  options: { readonly limit?: number; readonly visibilityMs?: number; readonly waitMs?: number } = {},
): Promise<readonly ReceivedMessage[]> {
  return (await queues.receive({ ...ref, limit: 10, ...options })).messages;
}

export function bodies(messages: readonly ReceivedMessage[]): string[] {
  return messages.map(({ body }) => body);
}
