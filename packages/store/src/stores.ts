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
  Registry,
  WorkerDirectory,
} from "@sluice/core";
import type { StreamLimits } from "./stream-limits.ts";

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
  /** Ends waiting reads and closes the connections that the stores made themselves. */
  stop(): Promise<void>;
}

/** What is kept at most; each defaults to the platform's own limit. */
export interface StoreLimits {
  readonly kvKeysPerTenant?: number;
  readonly logs?: StreamLimits;
  readonly facts?: StreamLimits;
}
