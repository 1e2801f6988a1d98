import { randomBytes } from "node:crypto";
import type {
  ChangeVisibility,
  CreateQueue,
  ListQueues,
  MessageQueue,
  MessageQueueDepth,
  MessageQueues,
  QueueRef,
  ReceiptOutcome,
  ReceivedMessages,
  ReceiveMessages,
  SendMessages,
  SendOutcome,
  UpdateQueue,
} from "@sluice/core";
import { decodeMessage, markDeadLetter } from "../../message-payload.ts";
import * as rules from "../../queue-rules.ts";
import { waitFor } from "../../wakeup.ts";
import { Listeners } from "../listeners.ts";
import { type MemoryMessage, MemoryQueue } from "./memory-queue.ts";

export interface MemoryMessageQueuesOptions {
  readonly now: () => number;
  readonly limits?: rules.MessageQueueLimits | undefined;
}

export class MemoryMessageQueues implements MessageQueues {
  readonly #now: () => number;
  readonly #limits: rules.MessageQueueLimits;
  readonly #queues = new Map<string, MemoryQueue>();
  readonly #listeners = new Listeners<void>();
  readonly #stopped = new AbortController();

  constructor(options: MemoryMessageQueuesOptions) {
    this.#now = options.now;
    this.#limits = options.limits ?? rules.MESSAGE_QUEUE_LIMITS;
  }

  async create(params: CreateQueue): Promise<{ readonly created: boolean; readonly queue: MessageQueue }> {
    const existing = this.#queues.get(keyOf(params));
    if (existing !== undefined) return { created: false, queue: existing.deps.record };
    const most = this.#limits.queuesPerTenant;
    if (this.#of(params.tenant).length >= most) throw rules.tooManyQueues(most);
    const { tenant, name, attributes, tags } = params;
    const now = this.#now();
    const id = randomBytes(9).toString("base64url");
    const record = { tenant, name, id, attributes, tags, createdAt: now, modifiedAt: now };
    this.#queues.set(keyOf(params), new MemoryQueue({ now: this.#now, limits: this.#limits, record }));
    return { created: true, queue: record };
  }

  async describe(params: QueueRef): Promise<MessageQueue | undefined> {
    return this.#queues.get(keyOf(params))?.deps.record;
  }

  async list({ tenant, prefix = "", after = "", limit }: ListQueues): Promise<readonly MessageQueue[]> {
    return this.#of(tenant)
      .filter(({ name }) => name.startsWith(prefix) && name > after)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .slice(0, limit);
  }

  async update(params: UpdateQueue): Promise<MessageQueue> {
    const { deps } = this.#find(params);
    deps.record = { ...deps.record, ...params.change(deps.record), modifiedAt: this.#now() };
    return deps.record;
  }

  async destroy(params: QueueRef): Promise<void> {
    if (!this.#queues.delete(keyOf(params))) throw rules.noQueue(params);
  }

  async purge(params: QueueRef): Promise<boolean> {
    return this.#find(params).purge(rules.PURGE_PAUSE_MS);
  }

  async send(params: SendMessages): Promise<readonly SendOutcome[]> {
    const queue = this.#find(params);
    const outcomes = params.messages.map((message) => queue.send(message));
    this.#listeners.call(keyOf(params));
    return outcomes;
  }

  async receive(params: ReceiveMessages): Promise<ReceivedMessages> {
    const first = this.#take(params);
    const waitMs = rules.receiveWaitMs(params.waitMs, this.#find(params).deps.record.attributes);
    if (first.found || waitMs <= 0) return first.answer;
    const stopped = this.#stopped.signal;
    return await waitFor({
      waitMs,
      signal: params.signal === undefined ? stopped : AbortSignal.any([params.signal, stopped]),
      listen: (listener) => this.onMessage({ ...params, listener }),
      look: async () => this.#take(params),
    });
  }

  async delete(params: QueueRef & { readonly receipts: readonly string[] }): Promise<readonly ReceiptOutcome[]> {
    const queue = this.#find(params);
    return params.receipts.map((text) => {
      const receipt = rules.parseReceipt(params, text);
      return receipt === undefined ? "invalid" : queue.delete(receipt);
    });
  }

  async changeVisibility(params: ChangeVisibility): Promise<readonly ReceiptOutcome[]> {
    const queue = this.#find(params);
    const outcomes = params.changes.map(({ receipt: text, visibilityMs }): ReceiptOutcome => {
      const receipt = rules.parseReceipt(params, text);
      return receipt === undefined ? "invalid" : queue.changeVisibility(receipt, visibilityMs);
    });
    this.#listeners.call(keyOf(params));
    return outcomes;
  }

  async depth(params: QueueRef): Promise<MessageQueueDepth> {
    return this.#find(params).depth();
  }

  async onMessage(params: QueueRef & { readonly listener: () => void }): Promise<() => Promise<void>> {
    return this.#listeners.add(keyOf(params), params.listener);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
  }

  #take(params: ReceiveMessages): {
    readonly answer: ReceivedMessages;
    readonly found: boolean;
    readonly dueMs: number;
  } {
    const token = randomBytes(9).toString("base64url");
    const limits = { limit: rules.receiveLimit(params.limit), bytes: rules.receiveBytes(params.bytes) };
    const { taken, overLimit, dueMs } = this.#find(params).take({ ...params, ...limits }, token, (message) =>
      this.#giveUp(params, message),
    );
    const messages = taken.map(({ sequence, payload, sentAt, first, count }) =>
      decodeMessage(payload, {
        receipt: rules.formatReceipt(params, { sequence: String(sequence), token }),
        sequence: rules.formatQueueSequence(String(sequence)),
        sentAt,
        firstReceivedAt: first,
        receiveCount: count,
      }),
    );
    return { answer: { messages, overLimit }, found: messages.length > 0, dueMs };
  }

  #giveUp(source: QueueRef, { payload, group, sentAt }: MemoryMessage): boolean {
    const name = this.#find(source).deps.record.attributes.redrive?.deadLetterQueue ?? "";
    const key = keyOf({ tenant: source.tenant, name });
    const arrived = this.#queues.get(key)?.arrive(markDeadLetter(payload, source.name), group, sentAt) ?? false;
    if (arrived) this.#listeners.call(key);
    return arrived;
  }

  #find(queue: QueueRef): MemoryQueue {
    const found = this.#queues.get(keyOf(queue));
    if (found === undefined) throw rules.noQueue(queue);
    return found;
  }

  #of(tenant: string): MessageQueue[] {
    return [...this.#queues.values()].map(({ deps }) => deps.record).filter((record) => record.tenant === tenant);
  }
}

function keyOf({ tenant, name }: QueueRef): string {
  return `${tenant}.${name}`;
}
