import { randomBytes } from "node:crypto";
import {
  type CreateQueue,
  type ListQueues,
  type MessageQueue,
  PlatformError,
  type QueueAttributes,
  type QueueRef,
  type UpdateQueue,
} from "@sluice/core";
import type { Redis } from "ioredis";
import { type MessageQueueLimits, noQueue, tooManyQueues } from "../../queue-rules.ts";
import { redisKey } from "../redis-key.ts";
import { reply } from "../reply.ts";
import { QUEUE_KEYS } from "./queue-lua.ts";
import { QUEUE_CREATE, QUEUE_INDEX, QUEUE_UPDATE } from "./queue-record-scripts.ts";

export interface QueueRecordsOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly limits: MessageQueueLimits;
}

type Meta = [id: string, record: string, created: string, modified: string, revision: string];

const UPDATE_TRIES = 20;

export function queueKey(prefix: string, queue: QueueRef, name: string): string {
  return redisKey(prefix, `queue:${queue.tenant}.${queue.name}`, name);
}

export function queueKeys(prefix: string, queue: QueueRef): string[] {
  return QUEUE_KEYS.map((name) => queueKey(prefix, queue, name));
}

/**
 * Which queues there are. A tenant's names have a hash tag apart from the queues', so a name enters first and goes last:
 * a crash in between leaves at most a name without a queue, which no list shows and creating or deleting it heals.
 */
export class QueueRecords {
  readonly #options: QueueRecordsOptions;

  constructor(options: QueueRecordsOptions) {
    this.#options = options;
  }

  async create(params: CreateQueue): Promise<{ readonly created: boolean; readonly queue: MessageQueue }> {
    const { redis, limits } = this.#options;
    const most = limits.queuesPerTenant;
    if ((await QUEUE_INDEX.run(redis, [this.#names(params.tenant)], [params.name, most])) !== 1) {
      throw tooManyQueues(most);
    }
    const { attributes, tags } = params;
    const id = randomBytes(9).toString("base64url");
    const [created, ...meta] = (await QUEUE_CREATE.run(
      redis,
      [this.#meta(params)],
      [id, JSON.stringify({ attributes, tags }), ...toFields(attributes)],
    )) as [number, ...Meta];
    return { created: created === 1, queue: toQueue(params, meta) };
  }

  async describe(queue: QueueRef): Promise<MessageQueue | undefined> {
    const meta = await this.#read(queue);
    return meta && toQueue(queue, meta);
  }

  async list(params: ListQueues): Promise<readonly MessageQueue[]> {
    const { tenant, prefix = "", after, limit } = params;
    const found: MessageQueue[] = [];
    let from = after !== undefined && after >= prefix ? `(${after}` : `[${prefix}`;
    while (found.length < limit) {
      const names = await reply(
        this.#options.redis.zrangebylex(this.#names(tenant), from, `[${prefix}\u007f`, "LIMIT", 0, limit),
      );
      const queues = await Promise.all(names.map((name) => this.describe({ tenant, name })));
      found.push(...queues.filter((queue) => queue !== undefined));
      if (names.length < limit) break;
      from = `(${names.at(-1)}`;
    }
    return found.slice(0, limit);
  }

  async update(params: UpdateQueue): Promise<MessageQueue> {
    for (let tries = 0; tries < UPDATE_TRIES; tries++) {
      const meta = await this.#read(params);
      if (meta === undefined) throw noQueue(params);
      const before = toQueue(params, meta);
      const { attributes = before.attributes, tags = before.tags } = params.change(before);
      const modified = await QUEUE_UPDATE.run(
        this.#options.redis,
        [this.#meta(params)],
        [meta[0], meta[4], JSON.stringify({ attributes, tags }), ...toFields(attributes)],
      );
      if (modified !== null) return { ...before, attributes, tags, modifiedAt: Number(modified) };
    }
    throw new PlatformError("Service.Unavailable", "The queue is being changed by others; try again.");
  }

  async destroy(queue: QueueRef): Promise<void> {
    const { redis, prefix } = this.#options;
    const removed = await reply(redis.unlink(queueKeys(prefix, queue)));
    await reply(redis.zrem(this.#names(queue.tenant), queue.name));
    if (removed === 0) throw noQueue(queue);
  }

  async #read(queue: QueueRef): Promise<Meta | undefined> {
    const fields = ["id", "record", "created", "modified", "revision"];
    const meta = await reply(this.#options.redis.hmget(this.#meta(queue), ...fields));
    return meta[0] === null ? undefined : (meta as Meta);
  }

  #meta(queue: QueueRef): string {
    return queueKey(this.#options.prefix, queue, "meta");
  }

  #names(tenant: string): string {
    return redisKey(this.#options.prefix, `queues:${tenant}`, "names");
  }
}

function toQueue({ tenant, name }: QueueRef, [id, record, created, modified]: Meta): MessageQueue {
  const { attributes, tags } = JSON.parse(record) as Pick<MessageQueue, "attributes" | "tags">;
  return { tenant, name, id, attributes, tags, createdAt: Number(created), modifiedAt: Number(modified) };
}

/** What the scripts must know of the attributes. */
function toFields(attributes: QueueAttributes): (string | number)[] {
  const fields = {
    fifo: attributes.fifo ? 1 : 0,
    visibility: attributes.visibilityMs,
    delay: attributes.delayMs,
    retention: attributes.retentionMs,
    largest: attributes.messageBytesMax,
    wait: attributes.receiveWaitMs,
    content: attributes.contentDeduplication ? 1 : 0,
    scope: attributes.deduplicationScope,
    target: attributes.redrive?.deadLetterQueue ?? "",
    receives: attributes.redrive?.maxReceiveCount ?? 0,
  };
  return Object.entries(fields).flat();
}
