import {
  LIMITS,
  type MessageQueue,
  messageBytes,
  type MessageQueueDepth,
  type OutgoingMessage,
  type ReceiptOutcome,
  type ReceiveMessages,
  type SendOutcome,
} from "@sluice/core";
import { encodeMessage } from "../../message-payload.ts";
import {
  checkGroup,
  contentKey,
  formatQueueSequence,
  type MessageQueueLimits,
  type Receipt,
} from "../../queue-rules.ts";

/** One message and where it is. */
export interface MemoryMessage {
  readonly sequence: number;
  /** As Redis would keep it. */
  readonly payload: string;
  readonly group: string;
  readonly sentAt: number;
  place: "delayed" | "visible" | "flying";
  /** End of the delay or of the visibility. */
  until: number;
  count: number;
  first: number;
  last: number;
  token: string;
}

export interface MemoryQueueDeps {
  readonly now: () => number;
  readonly limits: MessageQueueLimits;
  record: MessageQueue;
}

/** The state of one queue; counterpart of the scripts of the Redis store. */
export class MemoryQueue {
  readonly deps: MemoryQueueDeps;
  readonly #messages = new Map<number, MemoryMessage>();
  readonly #known = new Map<string, { readonly id: string; readonly sequence: string; readonly until: number }>();
  #sequence = 0;
  #lastVisible = 0;
  #purgedAt = Number.NEGATIVE_INFINITY;

  constructor(deps: MemoryQueueDeps) {
    this.deps = deps;
  }

  send(message: OutgoingMessage): SendOutcome {
    this.#tidy();
    const { attributes } = this.deps.record;
    const group = checkGroup(message.groupId);
    if (messageBytes(message) > attributes.messageBytesMax) return { kind: "refused", reason: "too-large" };
    let key = "";
    if (attributes.fifo) {
      if (group === "") return { kind: "refused", reason: "group-missing" };
      key = message.deduplicationId ?? (attributes.contentDeduplication ? contentKey(message.body) : "");
      if (key === "") return { kind: "refused", reason: "deduplication-missing" };
      if (attributes.deduplicationScope === "messageGroup") key = `${group}\u001f${key}`;
      const before = this.#known.get(key);
      if (before !== undefined) return { kind: "sent", id: before.id, sequence: before.sequence, duplicate: true };
    }
    const now = this.deps.now();
    const payload = encodeMessage(message);
    if (this.#full(payload)) return { kind: "refused", reason: "full" };
    let visibleAt = now + (message.delayMs ?? attributes.delayMs);
    if (attributes.fifo) visibleAt = this.#lastVisible = Math.max(visibleAt, this.#lastVisible);
    const sequence = formatQueueSequence(String(this.#add(payload, group, visibleAt, now)));
    if (attributes.fifo) this.#known.set(key, { id: message.id, sequence, until: now + LIMITS.deduplicationMs });
    return { kind: "sent", id: message.id, sequence, duplicate: false };
  }

  /** Takes in what another queue gave up; false when this one is full. */
  arrive(payload: string, group: string, sentAt: number): boolean {
    this.#tidy();
    if (this.#full(payload)) return false;
    const now = this.deps.now();
    const { fifo } = this.deps.record.attributes;
    this.#add(payload, fifo ? group : "", now, fifo ? now : sentAt);
    return true;
  }

  /** `giveUp` answers whether the dead-letter queue took the message. */
  take(
    params: Pick<ReceiveMessages, "limit" | "visibilityMs"> & { readonly bytes: number },
    token: string,
    giveUp: (message: MemoryMessage) => boolean,
  ): { readonly taken: readonly MemoryMessage[]; readonly overLimit: boolean; readonly dueMs: number } {
    this.#tidy();
    const now = this.deps.now();
    const { attributes } = this.deps.record;
    const busy = new Set(this.#in("flying").map(({ group }) => group));
    const room =
      (attributes.fifo ? this.deps.limits.fifoInFlight : this.deps.limits.inFlight) - this.#in("flying").length;
    const taken: MemoryMessage[] = [];
    let bytes = 0;
    for (const message of this.#in("visible")) {
      if (taken.length >= Math.min(params.limit, room)) break;
      if (attributes.fifo && busy.has(message.group)) continue;
      if (taken.length > 0 && bytes + Buffer.byteLength(message.payload) > params.bytes) break;
      if (attributes.redrive !== null && message.count >= attributes.redrive.maxReceiveCount) {
        if (giveUp(message)) this.#messages.delete(message.sequence);
        continue;
      }
      bytes += Buffer.byteLength(message.payload);
      const first = message.count === 0 ? now : message.first;
      const until = now + (params.visibilityMs ?? attributes.visibilityMs);
      Object.assign(message, { place: "flying", until, count: message.count + 1, first, last: now, token });
      taken.push(message);
    }
    const due = [...this.#in("delayed"), ...this.#in("flying")].map(({ until }) => until - now);
    return { taken, overLimit: room <= 0, dueMs: Math.min(...due, Number.POSITIVE_INFINITY) };
  }

  delete({ sequence, token }: Receipt): ReceiptOutcome {
    this.#tidy();
    const { fifo } = this.deps.record.attributes;
    const message = this.#messages.get(Number(sequence));
    if (message === undefined) return "done";
    if (message.token === token && (!fifo || message.place === "flying")) this.#messages.delete(message.sequence);
    else if (fifo) return "expired";
    return "done";
  }

  changeVisibility({ sequence, token }: Receipt, visibilityMs: number): ReceiptOutcome {
    this.#tidy();
    const message = this.#messages.get(Number(sequence));
    if (message === undefined || message.token !== token || message.place !== "flying") return "expired";
    const until = this.deps.now() + visibilityMs;
    if (until - message.last > LIMITS.visibilityMsMax) return "too-long";
    message.until = until;
    this.#tidy();
    return "done";
  }

  depth(): MessageQueueDepth {
    this.#tidy();
    const oldest = Math.min(this.deps.now(), ...[...this.#messages.values()].map(({ sentAt }) => sentAt));
    return {
      visible: this.#in("visible").length,
      inFlight: this.#in("flying").length,
      delayed: this.#in("delayed").length,
      oldestMs: this.deps.now() - oldest,
    };
  }

  purge(pauseMs: number): boolean {
    if (this.deps.now() < this.#purgedAt + pauseMs) return false;
    this.#purgedAt = this.deps.now();
    this.#messages.clear();
    return true;
  }

  #add(payload: string, group: string, visibleAt: number, sentAt: number): number {
    const sequence = (this.#sequence += 1);
    const place = visibleAt > this.deps.now() ? "delayed" : "visible";
    const fresh = { count: 0, first: 0, last: 0, token: "" };
    this.#messages.set(sequence, { sequence, payload, group, sentAt, place, until: visibleAt, ...fresh });
    return sequence;
  }

  #full(payload: string): boolean {
    let bytes = Buffer.byteLength(payload);
    for (const message of this.#messages.values()) bytes += Buffer.byteLength(message.payload);
    const { messagesPerQueue, queueBytes } = this.deps.limits;
    return this.#messages.size >= messagesPerQueue || bytes > queueBytes;
  }

  #in(place: MemoryMessage["place"]): MemoryMessage[] {
    return [...this.#messages.values()].filter((message) => message.place === place);
  }

  #tidy(): void {
    const now = this.deps.now();
    for (const [key, { until }] of this.#known) if (until <= now) this.#known.delete(key);
    for (const [sequence, message] of this.#messages) {
      if (message.sentAt <= now - this.deps.record.attributes.retentionMs) this.#messages.delete(sequence);
      else if (message.place !== "visible" && message.until <= now) message.place = "visible";
    }
  }
}
