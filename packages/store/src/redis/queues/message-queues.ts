import { randomBytes } from "node:crypto";
import {
  type ChangeVisibility,
  type CreateQueue,
  LIMITS,
  type ListQueues,
  messageBytes,
  type MessageQueue,
  type MessageQueueDepth,
  type MessageQueues,
  type OutgoingMessage,
  type QueueRef,
  type ReceiptOutcome,
  type ReceivedMessages,
  type ReceiveMessages,
  type SendMessages,
  type SendOutcome,
  type SendRefusal,
  type UpdateQueue,
} from "@sluice/core";
import type { Redis } from "ioredis";
import { decodeMessage, encodeMessage, markDeadLetter } from "../../message-payload.ts";
import * as rules from "../../queue-rules.ts";
import { waitFor } from "../../wakeup.ts";
import type { ChangeFeed } from "../change-feed.ts";
import type { Script } from "../script.ts";
import { queueKey, queueKeys, QueueRecords } from "./queue-records.ts";
import * as scripts from "./queue-scripts.ts";

export interface RedisMessageQueuesOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly feed: ChangeFeed;
  readonly limits?: rules.MessageQueueLimits | undefined;
}

type Delivered = [sequence: string, count: number, first: string, sent: string, payload: string];
type Move = [sequence: string, sent: string, group: string, payload: string];
type Taken = [
  ok: 1,
  overLimit: number,
  dueMs: number,
  waitMs: number,
  target: string,
  messages: Delivered[],
  moves: Move[],
];

const REFUSALS: Readonly<Record<number, SendRefusal>> = {
  [-1]: "full",
  [-2]: "too-large",
  [-3]: "group-missing",
  [-4]: "deduplication-missing",
};
const RECEIPT_OUTCOMES: Readonly<Record<number, ReceiptOutcome>> = { 1: "done", [-1]: "expired", [-2]: "too-long" };

export class RedisMessageQueues implements MessageQueues {
  readonly #options: RedisMessageQueuesOptions;
  readonly #limits: rules.MessageQueueLimits;
  readonly #records: QueueRecords;
  readonly #stopped = new AbortController();

  constructor(options: RedisMessageQueuesOptions) {
    this.#options = options;
    this.#limits = options.limits ?? rules.MESSAGE_QUEUE_LIMITS;
    this.#records = new QueueRecords({ redis: options.redis, prefix: options.prefix, limits: this.#limits });
  }

  create(params: CreateQueue): Promise<{ readonly created: boolean; readonly queue: MessageQueue }> {
    return this.#records.create(params);
  }

  describe(params: QueueRef): Promise<MessageQueue | undefined> {
    return this.#records.describe(params);
  }

  list(params: ListQueues): Promise<readonly MessageQueue[]> {
    return this.#records.list(params);
  }

  update(params: UpdateQueue): Promise<MessageQueue> {
    return this.#records.update(params);
  }

  destroy(params: QueueRef): Promise<void> {
    return this.#records.destroy(params);
  }

  async purge(params: QueueRef): Promise<boolean> {
    const [, done] = await this.#run<[1, number]>(scripts.QUEUE_PURGE, params, [rules.PURGE_PAUSE_MS]);
    return done === 1;
  }

  async send(params: SendMessages): Promise<readonly SendOutcome[]> {
    const bounds = [this.#limits.messagesPerQueue, this.#limits.queueBytes, LIMITS.deduplicationMs];
    const [, ...outcomes] = await this.#run<[1, ...[code: number, sequence: string, id: string][]]>(
      scripts.QUEUE_SEND,
      params,
      [this.#channel(params), ...bounds, ...params.messages.flatMap(toArguments)],
    );
    return outcomes.map(([code, sequence, id]) => {
      const reason = REFUSALS[code];
      if (reason !== undefined) return { kind: "refused", reason };
      return { kind: "sent", id, sequence: rules.formatQueueSequence(sequence), duplicate: code === 2 };
    });
  }

  async receive(params: ReceiveMessages): Promise<ReceivedMessages> {
    const first = await this.#take(params);
    const waitMs = rules.receiveWaitMs(params.waitMs, { receiveWaitMs: first.waitMs });
    if (first.found || waitMs <= 0) return first.answer;
    const stopped = this.#stopped.signal;
    return await waitFor({
      waitMs,
      signal: params.signal === undefined ? stopped : AbortSignal.any([params.signal, stopped]),
      listen: (listener) => this.onMessage({ ...params, listener }),
      look: () => this.#take(params),
    });
  }

  async delete(params: QueueRef & { readonly receipts: readonly string[] }): Promise<readonly ReceiptOutcome[]> {
    const receipts = params.receipts.map((text) => rules.parseReceipt(params, text));
    const args = receipts.map((receipt) => receipt && [receipt.sequence, receipt.token]);
    return await this.#settle(scripts.QUEUE_DELETE, params, [], args);
  }

  async changeVisibility(params: ChangeVisibility): Promise<readonly ReceiptOutcome[]> {
    const args = params.changes.map(({ receipt, visibilityMs }) => {
      const parsed = rules.parseReceipt(params, receipt);
      return parsed && [parsed.sequence, parsed.token, Math.trunc(visibilityMs)];
    });
    const head = [this.#channel(params), LIMITS.visibilityMsMax];
    return await this.#settle(scripts.QUEUE_CHANGE_VISIBILITY, params, head, args);
  }

  async depth(params: QueueRef): Promise<MessageQueueDepth> {
    const [, visible, inFlight, delayed, oldestMs] = await this.#run<[1, number, number, number, number]>(
      scripts.QUEUE_DEPTH,
      params,
      [],
    );
    return { visible, inFlight, delayed, oldestMs };
  }

  onMessage(params: QueueRef & { readonly listener: () => void }): Promise<() => Promise<void>> {
    const { listener } = params;
    return this.#options.feed.listen(this.#channel(params), { onMessage: listener, onGap: listener });
  }

  /** Ends waiting receives. */
  async stop(): Promise<void> {
    this.#stopped.abort();
  }

  async #take(params: ReceiveMessages): Promise<{
    readonly answer: ReceivedMessages;
    readonly found: boolean;
    readonly dueMs: number;
    readonly waitMs: number;
  }> {
    const token = randomBytes(9).toString("base64url");
    const args = [
      rules.receiveLimit(params.limit),
      rules.receiveBytes(params.bytes),
      params.visibilityMs === undefined ? -1 : Math.trunc(params.visibilityMs),
      token,
      this.#limits.inFlight,
      this.#limits.fifoInFlight,
      rules.MOVE_LEASE_MS,
    ];
    const [, over, due, waitMs, target, delivered, moves] = await this.#run<Taken>(scripts.QUEUE_RECEIVE, params, args);
    if (moves.length > 0) await this.#moveAll(params, target, moves);
    const messages = delivered.map(([sequence, receiveCount, first, sent, payload]) =>
      decodeMessage(payload, {
        receipt: rules.formatReceipt(params, { sequence, token }),
        sequence: rules.formatQueueSequence(sequence),
        sentAt: Number(sent),
        firstReceivedAt: Number(first),
        receiveCount,
      }),
    );
    // What was moved away may have hidden what comes after it.
    const dueMs = moves.length > 0 ? 0 : due < 0 ? Number.POSITIVE_INFINITY : due;
    return { answer: { messages, overLimit: over === 1 }, found: messages.length > 0, dueMs, waitMs };
  }

  /** Takes what was received too often to its dead-letter queue. It stays where it is until it is there. */
  async #moveAll(source: QueueRef, target: string, moves: readonly Move[]): Promise<void> {
    const to = { tenant: source.tenant, name: target };
    for (const [sequence, sent, group, payload] of moves) {
      const key = `${source.name}:${sequence}:${sent}`;
      const bounds = [this.#limits.messagesPerQueue, this.#limits.queueBytes];
      const message = [markDeadLetter(payload, source.name), group, sent, key, rules.MOVE_KNOWN_MS];
      try {
        const [, arrived] = await this.#run<[1, number]>(scripts.QUEUE_ARRIVE, to, [
          this.#channel(to),
          ...bounds,
          ...message,
        ]);
        if (arrived === 1) await this.#run(scripts.QUEUE_MOVED, source, [sequence]);
      } catch {
        // No such queue, or Redis is away: the lease of the move ends, and the next receive begins it again.
        return;
      }
    }
  }

  async #settle(
    script: Script,
    queue: QueueRef,
    head: readonly (string | number)[],
    receipts: readonly (readonly (string | number)[] | undefined)[],
  ): Promise<readonly ReceiptOutcome[]> {
    const args = receipts.filter((receipt) => receipt !== undefined).flat();
    const [, ...codes] = await this.#run<[1, ...number[]]>(script, queue, [...head, ...args]);
    return receipts.map((receipt) =>
      receipt === undefined ? "invalid" : (RECEIPT_OUTCOMES[codes.shift() ?? 0] ?? "expired"),
    );
  }

  async #run<T extends readonly [1, ...unknown[]]>(
    script: Script,
    queue: QueueRef,
    args: readonly (string | number)[],
  ): Promise<T> {
    const result = (await script.run(this.#options.redis, queueKeys(this.#options.prefix, queue), args)) as T | [0];
    if (result[0] === 0) throw rules.noQueue(queue);
    return result;
  }

  #channel(queue: QueueRef): string {
    return queueKey(this.#options.prefix, queue, "wake");
  }
}

function toArguments(message: OutgoingMessage): (string | number)[] {
  return [
    encodeMessage(message),
    messageBytes(message),
    message.delayMs ?? -1,
    rules.checkGroup(message.groupId),
    message.deduplicationId ?? "",
    rules.contentKey(message.body),
    message.id,
  ];
}
