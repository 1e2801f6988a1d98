import type { FunctionRef } from "./names.ts";
import type { InvocationEvent } from "./invocation-event.ts";
import type { LogRecord } from "./log-record.ts";
import type { ProvisionedShare } from "./provisioned.ts";

/** Ports of what else the platform keeps in Redis. One contract suite each, in `packages/store`. */

/** Code by the SHA-256 of its bytes. */
export interface ArtifactStore {
  /** Answers the digest (hex). Storing the same bytes twice keeps one copy. */
  put(bytes: Uint8Array): Promise<string>;
  /** Checked against the digest. @throws PlatformError Artifact.Corrupt */
  get(digest: string): Promise<Uint8Array | undefined>;
}

export interface AccessKey {
  readonly accessKeyId: string;
  readonly tenant: string;
  readonly createdAt: number;
}

export interface TenantRecord {
  readonly name: string;
  /** Private hosts that functions of this tenant may be allowed by their manifest; `*`: any but the platform's own. */
  readonly privateEgress: readonly string[];
}

export interface KeyStore {
  putTenant(tenant: TenantRecord): Promise<void>;
  getTenant(name: string): Promise<TenantRecord | undefined>;
  /** Keeps a hash of the secret only. Putting the same key again changes its secret. */
  putKey(key: AccessKey, secret: string): Promise<void>;
  /** Compared in constant time; undefined when unknown or wrong. */
  verifyKey(accessKeyId: string, secret: string): Promise<AccessKey | undefined>;
  hasKeys(tenant: string): Promise<boolean>;
}

/** Guests' key-value data, apart for every tenant. */
export interface KvStore {
  get(tenant: string, key: string): Promise<string | undefined>;
  /** @throws PlatformError Request.TooLarge when the tenant holds too many keys */
  put(tenant: string, key: string, value: string, ttlMs?: number): Promise<void>;
  delete(tenant: string, key: string): Promise<boolean>;
  /** In key order; `cursor` of one page is the `after` of the next. */
  list(
    tenant: string,
    options: { readonly prefix: string; readonly limit: number; readonly after?: string },
  ): Promise<{ readonly keys: readonly string[]; readonly cursor: string | null }>;
}

export interface LogEntry {
  /** Position to read on from. */
  readonly cursor: string;
  readonly record: LogRecord;
}

export interface LogStore {
  /** One write for many records of many functions; each function's log is capped by size and age. */
  append(batch: readonly { readonly ref: FunctionRef; readonly records: readonly LogRecord[] }[]): Promise<void>;
  /** After a cursor, oldest first; or without one, the last `limit` records. */
  read(ref: FunctionRef, options: { readonly after?: string; readonly limit: number }): Promise<readonly LogEntry[]>;
  delete(ref: FunctionRef): Promise<void>;
}

export interface FactStream {
  /** One write for many facts. */
  append(facts: readonly InvocationEvent[]): Promise<void>;
  /** Batches after a cursor ("0": all that the stream still holds). Waits up to `blockMs` when there is none. */
  read(after: string, options: { readonly limit: number; readonly blockMs: number }): Promise<readonly FactBatch[]>;
}

export interface FactBatch {
  readonly cursor: string;
  readonly facts: readonly InvocationEvent[];
}

/** Where a consumer of facts keeps how far it came, together with what it made of them. */
export interface CheckpointStore {
  load(consumer: string): Promise<string | undefined>;
  save(consumer: string, state: string): Promise<void>;
}

/** A worker's expiring claim to exist. */
export interface WorkerLease {
  readonly id: string;
  /** `unix:/path` or `tcp:host:port` of its direct lane. */
  readonly address: string;
  /** What a gateway must say first on a direct-lane connection: who can read Redis may call the worker. A secret. */
  readonly token: string;
  readonly host: string;
  readonly pid: number;
  readonly capacity: number;
  readonly startedAt: number;
  readonly draining: boolean;
  /** Running now, by function key. */
  readonly running: Readonly<Record<string, number>>;
  readonly cells: number;
  readonly warmIsolates: number;
  /** Environments that it keeps ready, by `versionKey`. */
  readonly provisioned?: Readonly<Record<string, ProvisionedShare>>;
}

export interface WorkerDirectory {
  announce(lease: WorkerLease, ttlMs: number): Promise<void>;
  withdraw(id: string): Promise<void>;
  list(): Promise<readonly WorkerLease[]>;
  /** Calls back when a worker came, left or changed its address. */
  onChange(listener: () => void): Promise<() => Promise<void>>;
}

/** Reserved concurrency over all workers and both lanes: leases on a function's slots. */
export interface ConcurrencySlots {
  /** False when `limit` slots are held. A slot not extended within `leaseMs` is free again. */
  acquire(ref: FunctionRef, holder: string, limit: number, leaseMs: number): Promise<boolean>;
  extend(ref: FunctionRef, holders: readonly string[], leaseMs: number): Promise<void>;
  release(ref: FunctionRef, holder: string): Promise<void>;
}

/** The last slot that was queued of each cron trigger, so that a start knows what was missed. */
export interface CronLedger {
  lastSlot(tenant: string, trigger: string): Promise<number | undefined>;
  /** Never goes back. */
  advance(tenant: string, trigger: string, slot: number): Promise<void>;
  forget(tenant: string, trigger: string): Promise<void>;
}
