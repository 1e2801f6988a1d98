import type { Redis } from "ioredis";
import { SecretBox } from "../secret-box.ts";
import type { StoreLimits, Stores } from "../stores.ts";
import { RedisKeys } from "./access-keys.ts";
import { RedisArtifacts } from "./artifacts.ts";
import { ChangeFeed } from "./change-feed.ts";
import { RedisCheckpoints } from "./checkpoints.ts";
import { RedisCronLedger } from "./cron-ledger.ts";
import { RedisDocuments } from "./documents.ts";
import { RedisFacts } from "./facts.ts";
import { RedisKv } from "./kv.ts";
import { RedisLogs } from "./logs.ts";
import { RedisMessageQueues } from "./queues/message-queues.ts";
import { DEFAULT_PREFIX } from "./redis-key.ts";
import { RedisRegistry } from "./registry.ts";
import { RedisSlots } from "./slots.ts";
import { RedisRecordStreams } from "./streams/record-streams.ts";
import { RedisWorkers } from "./workers.ts";

export interface RedisStoresOptions {
  /** From `connectRedis`; the caller disconnects it after `stop`. */
  readonly redis: Redis;
  /** Begins every key. No braces. */
  readonly prefix?: string;
  readonly limits?: StoreLimits;
  /** Of 32 bytes, for the secrets of access keys: the first encrypts, all decrypt. Without one they cannot be read. */
  readonly masterKeys?: readonly Uint8Array[];
}

/** Time is that of the Redis server throughout. */
export function createRedisStores(options: RedisStoresOptions): Stores {
  const { redis, prefix = DEFAULT_PREFIX, limits = {}, masterKeys = [] } = options;
  const base = { redis, prefix };
  const feed = new ChangeFeed({ redis });
  const facts = new RedisFacts({ ...base, limits: limits.facts });
  const messageQueues = new RedisMessageQueues({ ...base, feed, limits: limits.messageQueues });
  const recordStreams = new RedisRecordStreams({ ...base, feed, limits: limits.recordStreams });
  return {
    registry: new RedisRegistry({ ...base, feed }),
    artifacts: new RedisArtifacts(base),
    keys: new RedisKeys({ ...base, box: new SecretBox(masterKeys) }),
    kv: new RedisKv({ ...base, keysPerTenant: limits.kvKeysPerTenant }),
    logs: new RedisLogs({ ...base, limits: limits.logs }),
    facts,
    checkpoints: new RedisCheckpoints(base),
    workers: new RedisWorkers({ ...base, feed }),
    slots: new RedisSlots(base),
    cron: new RedisCronLedger(base),
    documents: new RedisDocuments({ ...base, feed }),
    messageQueues,
    recordStreams,
    stop: async () => {
      await Promise.all([feed.stop(), facts.stop(), messageQueues.stop(), recordStreams.stop()]);
    },
  };
}
