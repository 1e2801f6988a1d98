import type {
  ArtifactStore,
  CheckpointStore,
  ConcurrencySlots,
  CronLedger,
  DocumentStore,
  FactStream,
  KeyStore,
  KvStore,
  LogStore,
  MessageQueues,
  RecordStreams,
  Registry,
  WorkerDirectory,
} from "@sluice/core";
import type { MessageQueueLimits } from "./queue-rules.ts";
import type { StreamLimits } from "./stream-limits.ts";
import type { RecordStreamLimits } from "./stream-rules.ts";

/** Everything the platform keeps, by port. */
export interface Stores {
  readonly registry: Registry;
  readonly artifacts: ArtifactStore;
  readonly keys: KeyStore;
  readonly kv: KvStore;
  readonly logs: LogStore;
  readonly facts: FactStream;
  readonly checkpoints: CheckpointStore;
  readonly workers: WorkerDirectory;
  readonly slots: ConcurrencySlots;
  readonly cron: CronLedger;
  readonly documents: DocumentStore;
  readonly messageQueues: MessageQueues;
  readonly recordStreams: RecordStreams;
  /** Ends waiting reads and closes the connections that the stores made themselves. */
  stop(): Promise<void>;
}

/** What is kept at most; each defaults to the platform's own limit. */
export interface StoreLimits {
  readonly kvKeysPerTenant?: number;
  readonly logs?: StreamLimits;
  readonly facts?: StreamLimits;
  readonly messageQueues?: MessageQueueLimits;
  readonly recordStreams?: RecordStreamLimits;
}
