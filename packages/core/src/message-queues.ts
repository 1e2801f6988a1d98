/**
 * Message queues that people fill and functions read (SQS is the model), apart for every tenant.
 *
 * Promise: a message that `send` accepted is delivered at least once, deleted by a receipt, moved to the dead-letter
 * queue or still in the queue, until its retention ends, whatever process dies. Time is the store's own.
 */
export interface MessageQueues {
  /** Answers the queue that has the name, made by this call or before it. @throws PlatformError Queue.TooMany */
  create(params: CreateQueue): Promise<{ readonly created: boolean; readonly queue: MessageQueue }>;
  describe(params: QueueRef): Promise<MessageQueue | undefined>;
  /** In order of names. */
  list(params: ListQueues): Promise<readonly MessageQueue[]>;
  /** Changes what is given; `attributes` replaces all of them. @throws PlatformError Queue.NotFound */
  update(params: UpdateQueue): Promise<MessageQueue>;
  /** With everything in it. @throws PlatformError Queue.NotFound */
  destroy(params: QueueRef): Promise<void>;
  /** Drops every message; false when the last purge is less than a minute old. @throws PlatformError Queue.NotFound */
  purge(params: QueueRef): Promise<boolean>;

  /** One outcome for each message, in order. @throws PlatformError Queue.NotFound */
  send(params: SendMessages): Promise<readonly SendOutcome[]>;
  /** What may be received now, or within `waitMs`. @throws PlatformError Queue.NotFound */
  receive(params: ReceiveMessages): Promise<ReceivedMessages>;
  /** One outcome for each receipt. @throws PlatformError Queue.NotFound */
  delete(params: QueueRef & { readonly receipts: readonly string[] }): Promise<readonly ReceiptOutcome[]>;
  /** One outcome for each change. @throws PlatformError Queue.NotFound */
  changeVisibility(params: ChangeVisibility): Promise<readonly ReceiptOutcome[]>;
  /** @throws PlatformError Queue.NotFound */
  depth(params: QueueRef): Promise<MessageQueueDepth>;
  /** Calls back when something may have come. A message whose delay or visibility ends makes no call. */
  onMessage(params: QueueRef & { readonly listener: () => void }): Promise<() => Promise<void>>;
}

export interface QueueRef {
  readonly tenant: string;
  readonly name: string;
}

/** Letters, digits, hyphens and underscores; a FIFO queue's name ends in `.fifo`. */
export const QUEUE_NAME = /^(?=.{1,80}$)[A-Za-z0-9_-]+(\.fifo)?$/;

export interface QueueAttributes {
  readonly visibilityMs: number;
  readonly delayMs: number;
  readonly retentionMs: number;
  readonly messageBytesMax: number;
  /** How long a receive waits that does not say. */
  readonly receiveWaitMs: number;
  readonly redrive: QueueRedrive | null;
  readonly fifo: boolean;
  /** A message without a deduplication id is known by its body's digest. */
  readonly contentDeduplication: boolean;
  readonly deduplicationScope: "queue" | "messageGroup";
  /** Kept and shown as they came, without effect. */
  readonly inert: Readonly<Record<string, string>>;
}

export interface QueueRedrive {
  /** Name of a queue of the same tenant. */
  readonly deadLetterQueue: string;
  /** A message received more often than this moves there. */
  readonly maxReceiveCount: number;
}

export const DEFAULT_QUEUE_ATTRIBUTES: QueueAttributes = {
  visibilityMs: 30_000,
  delayMs: 0,
  retentionMs: 4 * 86_400_000,
  messageBytesMax: 1024 * 1024,
  receiveWaitMs: 0,
  redrive: null,
  fifo: false,
  contentDeduplication: false,
  deduplicationScope: "queue",
  inert: {},
};

export interface MessageQueue extends QueueRef {
  /** Of this queue alone, also when another one had its name before. */
  readonly id: string;
  readonly attributes: QueueAttributes;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

export interface CreateQueue extends QueueRef {
  readonly attributes: QueueAttributes;
  readonly tags: Readonly<Record<string, string>>;
}

export interface ListQueues {
  readonly tenant: string;
  readonly prefix?: string | undefined;
  /** A name; the list goes on behind it. */
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface UpdateQueue extends QueueRef {
  readonly change: (queue: MessageQueue) => {
    readonly attributes?: QueueAttributes;
    readonly tags?: Readonly<Record<string, string>>;
  };
}

export interface MessageAttribute {
  /** `String`, `Number` or `Binary`, perhaps with a label behind a dot. */
  readonly dataType: string;
  /** Base64 when the type is Binary. */
  readonly value: string;
}

/** What the sender gives. */
export interface OutgoingMessage {
  /** Chosen by the caller, unique. */
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly senderId: string;
  readonly traceHeader?: string | undefined;
  /** Required by a FIFO queue, only shown by others. No control characters. */
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  /** The queue's when absent. */
  readonly delayMs?: number | undefined;
}

export interface SendMessages extends QueueRef {
  readonly messages: readonly OutgoingMessage[];
}

export type SendOutcome =
  /** A duplicate answers id and sequence of the message it repeats. */
  | { readonly kind: "sent"; readonly id: string; readonly sequence: string; readonly duplicate: boolean }
  | { readonly kind: "refused"; readonly reason: SendRefusal };

export type SendRefusal = "full" | "too-large" | "group-missing" | "deduplication-missing";

export interface ReceiveMessages extends QueueRef {
  /** At most `LIMITS.receiveMessagesMax`. */
  readonly limit: number;
  /** Of bodies and attributes together; the first message comes whatever its size. */
  readonly bytes?: number | undefined;
  /** The queue's when absent. */
  readonly visibilityMs?: number | undefined;
  /** The queue's when absent. */
  readonly waitMs?: number | undefined;
  /** Ends the wait; what was received by then is still answered. */
  readonly signal?: AbortSignal | undefined;
}

export interface ReceivedMessages {
  readonly messages: readonly ReceivedMessage[];
  /** As many are in flight as the queue allows: nothing can be received until some are deleted. */
  readonly overLimit: boolean;
}

export interface ReceivedMessage extends Omit<OutgoingMessage, "delayMs"> {
  readonly receipt: string;
  readonly sequence: string;
  readonly sentAt: number;
  readonly firstReceivedAt: number;
  /** This receive included. */
  readonly receiveCount: number;
  /** Queue that gave it up, when this one is a dead-letter queue. */
  readonly deadLetterSource?: string | undefined;
}

export interface ChangeVisibility extends QueueRef {
  /** From now; 0 makes the message visible at once. */
  readonly changes: readonly { readonly receipt: string; readonly visibilityMs: number }[];
}

export type ReceiptOutcome =
  | "done"
  /** Not a receipt of this queue. */
  | "invalid"
  /** The message is no longer in flight under this receipt; a FIFO queue refuses, others let a late delete pass. */
  | "expired"
  /** Twelve hours after it was received a message becomes visible, whatever is asked. */
  | "too-long";

export interface MessageQueueDepth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** Age of the oldest message of any state; 0 when there is none. */
  readonly oldestMs: number;
}

/** What a message weighs: its body, and names, types and values of its attributes. */
export function messageBytes(message: Pick<OutgoingMessage, "body" | "attributes">): number {
  let bytes = utf8Bytes(message.body);
  for (const [name, { dataType, value }] of Object.entries(message.attributes)) {
    const valueBytes = dataType.startsWith("Binary") ? base64Bytes(value) : utf8Bytes(value);
    bytes += utf8Bytes(name) + utf8Bytes(dataType) + valueBytes;
  }
  return bytes;
}

function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

function base64Bytes(text: string): number {
  return Math.floor((text.replace(/=+$/, "").length * 3) / 4);
}
