import type { CheckpointStore } from "@sluice/core";
import type { Redis } from "ioredis";
import { redisKey } from "./redis-key.ts";
import { reply } from "./reply.ts";

export interface RedisCheckpointsOptions {
  readonly redis: Redis;
  readonly prefix: string;
}

export class RedisCheckpoints implements CheckpointStore {
  readonly #redis: Redis;
  readonly #key: string;

  constructor(options: RedisCheckpointsOptions) {
    this.#redis = options.redis;
    this.#key = redisKey(options.prefix, "facts", "checkpoints");
  }

  async load(consumer: string): Promise<string | undefined> {
    return (await reply(this.#redis.hget(this.#key, consumer))) ?? undefined;
  }

  async save(consumer: string, state: string): Promise<void> {
    await reply(this.#redis.hset(this.#key, consumer, state));
  }
}
