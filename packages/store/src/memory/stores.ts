import { randomBytes } from "node:crypto";
import { SecretBox } from "../secret-box.ts";
import type { StoreLimits, Stores } from "../stores.ts";
import { MemoryKeys } from "./access-keys.ts";
import { MemoryArtifacts } from "./artifacts.ts";
import { MemoryCheckpoints } from "./checkpoints.ts";
import { MemoryCronLedger } from "./cron-ledger.ts";
import { MemoryDocuments } from "./documents.ts";
import { MemoryFacts } from "./facts.ts";
import { MemoryKv } from "./kv.ts";
import { MemoryLogs } from "./logs.ts";
import { MemoryMessageQueues } from "./queues/message-queues.ts";
import { MemoryRecordStreams } from "./record-streams.ts";
import { MemoryRegistry } from "./registry.ts";
import { MemorySlots } from "./slots.ts";
import { MemoryWorkers } from "./workers.ts";

export interface MemoryStoresOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly limits?: StoreLimits;
  /** As the Redis stores'; absent: a random one. */
  readonly masterKeys?: readonly Uint8Array[];
}

/** Twins of the Redis stores for tests of what uses them; nothing outlives the process. */
export function createMemoryStores(options: MemoryStoresOptions): Stores {
  const { now, limits = {}, masterKeys = [randomBytes(32)] } = options;
  const facts = new MemoryFacts({ now, limits: limits.facts });
  const messageQueues = new MemoryMessageQueues({ now, limits: limits.messageQueues });
  const recordStreams = new MemoryRecordStreams({ now, limits: limits.recordStreams });
  return {
    registry: new MemoryRegistry(),
    artifacts: new MemoryArtifacts(),
    keys: new MemoryKeys({ now, box: new SecretBox(masterKeys) }),
    kv: new MemoryKv({ now, keysPerTenant: limits.kvKeysPerTenant }),
    logs: new MemoryLogs({ now, limits: limits.logs }),
    facts,
    checkpoints: new MemoryCheckpoints(),
    workers: new MemoryWorkers({ now }),
    slots: new MemorySlots({ now }),
    cron: new MemoryCronLedger(),
    documents: new MemoryDocuments(),
    messageQueues,
    recordStreams,
    stop: async () => {
      await Promise.all([facts.stop(), messageQueues.stop(), recordStreams.stop()]);
    },
  };
}
