import { createHash } from "node:crypto";
import { LIMITS, PlatformError, type QueueAttributes, type QueueRef } from "@sluice/core";

/** Bounds that tests make smaller. */
export interface MessageQueueLimits {
  readonly queuesPerTenant: number;
  readonly messagesPerQueue: number;
  readonly queueBytes: number;
  readonly inFlight: number;
  readonly fifoInFlight: number;
}

export const MESSAGE_QUEUE_LIMITS: MessageQueueLimits = {
  queuesPerTenant: LIMITS.queuesPerTenant,
  messagesPerQueue: LIMITS.messagesPerQueue,
  queueBytes: LIMITS.queueBytesMax,
  inFlight: LIMITS.messagesInFlight,
  fifoInFlight: LIMITS.fifoMessagesInFlight,
};

export const PURGE_PAUSE_MS = 60_000;
/** After so long without an end, a move to the dead-letter queue begins again. */
export const MOVE_LEASE_MS = 30_000;
/** How long a dead-letter queue knows what came, so that a move that begins again brings nothing twice. */
export const MOVE_KNOWN_MS = 86_400_000;

export function noQueue({ name }: QueueRef): PlatformError {
  return new PlatformError("Queue.NotFound", `No queue has the name ${name}.`);
}

export function tooManyQueues(limit: number): PlatformError {
  return new PlatformError("Queue.TooMany", `The tenant already has ${limit} queues; delete some first.`, {
    details: { limit },
  });
}

export function contentKey(body: string): string {
  return createHash("sha256").update(body).digest("hex");
}

/** A receipt names queue, message and the one receive that made it. */
export interface Receipt {
  readonly sequence: string;
  readonly token: string;
}

export function formatReceipt(queue: QueueRef, receipt: Receipt): string {
  return Buffer.from(`${queue.name}:${receipt.sequence}:${receipt.token}`).toString("base64url");
}

/** Undefined when it is not a receipt of this queue. */
export function parseReceipt(queue: QueueRef, text: string): Receipt | undefined {
  if (text.length > 1_024) return undefined;
  const parts = /^([^:]+):([1-9][0-9]{0,15}):([\w-]{1,64})$/.exec(Buffer.from(text, "base64url").toString());
  if (parts?.[1] !== queue.name) return undefined;
  return { sequence: parts[2] ?? "", token: parts[3] ?? "" };
}

/** A queue's numbering as people see it: twenty digits that grow. */
export function formatQueueSequence(sequence: string): string {
  return sequence.padStart(20, "0");
}

/** Groups share one ordered set, apart by a control character. @throws PlatformError Request.Malformed */
export function checkGroup(groupId: string | undefined): string {
  if (groupId === undefined) return "";
  if (groupId.length > 128 || !/^[\u0021-\u007e]+$/.test(groupId)) {
    throw new PlatformError("Request.Malformed", "A message group's id has 1 to 128 printable characters of ASCII.");
  }
  return groupId;
}

export function receiveLimit(limit: number): number {
  return Math.max(1, Math.min(Math.trunc(limit) || 1, LIMITS.receiveMessagesMax));
}

export function receiveBytes(bytes: number | undefined): number {
  return Math.min(bytes ?? LIMITS.receiveBytesMax, LIMITS.receiveBytesMax);
}

export function receiveWaitMs(asked: number | undefined, attributes: Pick<QueueAttributes, "receiveWaitMs">): number {
  return Math.min(asked ?? attributes.receiveWaitMs, LIMITS.receiveWaitMsMax);
}
