import type { Invocation } from "@sluice/core";
import { Queue, QueueKeys, RedisConnection, RedisQueueBackend } from "bullmq";
import type { Redis } from "ioredis";

export type FunctionQueue = Queue<Invocation, string | null>;

export const DEFAULT_PREFIX = "sluice";

/** The hash tag keeps all keys of a function in one slot of a cluster, and different functions in different ones. */
export function queueName(key: string): string {
  return `{${key}}`;
}

/**
 * Queue events are read by nobody, and BullMQ keeps 10,000 of each queue unless told otherwise. Results are in them, so
 * they would be the larger part of Redis' memory.
 */
export const EVENTS_KEPT = 10;

/** Queue objects kept; past it, the one unused for longest is dropped and made anew when needed. */
const QUEUES_KEPT = 2_000;

/**
 * BullMQ queues by function, all over one connection. Made without a word to Redis: a thousand functions cost neither
 * a connection nor a round trip each.
 */
export class FunctionQueues {
  readonly #connection: RedisConnection;
  readonly #client: Redis;
  readonly #prefix: string;
  readonly #keys: QueueKeys;
  readonly #queues = new Map<string, FunctionQueue>();

  constructor(client: Redis, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
    this.#keys = new QueueKeys(prefix);
    this.#connection = new RedisConnection(client, {
      shared: true,
      blocking: false,
      // Both would send a command whose failure stays with the connection for ever.
      skipVersionCheck: true,
      skipWaitingForReady: true,
    });
    // The client's own listener reports them.
    this.#connection.on("error", () => undefined);
  }

  of(key: string): FunctionQueue {
    const known = this.#queues.get(key);
    if (known !== undefined) {
      this.#queues.delete(key);
      this.#queues.set(key, known);
      return known;
    }
    if (this.#queues.size >= QUEUES_KEPT) this.#forgetOldest();
    const queue = this.#open(queueName(key));
    this.#queues.set(key, queue);
    return queue;
  }

  #open(name: string): FunctionQueue {
    const queue: FunctionQueue = new Queue<Invocation, string | null>(
      name,
      {
        connection: this.#client,
        prefix: this.#prefix,
        skipMetasUpdate: true,
        // Whether and when to retry is our verdict's decision, never BullMQ's.
        defaultJobOptions: { attempts: 1_000_000, backoff: { type: "verdict" }, stackTraceLimit: 0 },
      },
      (_, options) =>
        new RedisQueueBackend(
          this.#connection,
          name,
          this.#keys.getKeys(name),
          (type) => this.#keys.toKey(name, type),
          options,
          undefined,
          false,
        ),
    );
    queue.on("error", () => undefined);
    return queue;
  }

  #forgetOldest(): void {
    for (const key of this.#queues.keys()) {
      this.#queues.delete(key);
      return;
    }
  }
}
