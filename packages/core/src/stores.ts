import type { PolicyStatement } from "./access-policy.ts";
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
  /** For people; may be empty. */
  readonly name: string;
  readonly policies: readonly PolicyStatement[];
  readonly createdAt: number;
  /** Null: never. */
  readonly expiresAt: number | null;
  readonly disabled: boolean;
}

/** Who may read it can sign as its owner. */
export interface SigningKey {
  readonly key: AccessKey;
  readonly secret: string;
}

export interface TenantRecord {
  readonly name: string;
  /** Private hosts that functions of this tenant may be allowed by their manifest; `*`: any but the platform's own. */
  readonly privateEgress: readonly string[];
}

export interface SealRenewal {
  /** Keys whose secrets were under an older master key, and are under the first one now. */
  readonly renewed: number;
  /** Master keys that some secrets are under and that this process was not given, by id. */
  readonly missing: readonly string[];
  /** Keys whose secrets do not belong to them: somebody changed what is stored. */
  readonly tampered: readonly string[];
}

/**
 * Tenants and their keys. Secrets are kept encrypted, because signatures are checked with the secret itself; what needs
 * one fails in a process that was given no master key.
 */
export interface KeyStore {
  putTenant(tenant: TenantRecord): Promise<void>;
  /** False when there is one of this name, which then stays as it is. */
  createTenant(tenant: TenantRecord): Promise<boolean>;
  getTenant(name: string): Promise<TenantRecord | undefined>;
  /** By name. */
  listTenants(): Promise<readonly TenantRecord[]>;
  /** Putting the same key again changes it and its secret. @throws PlatformError Key.LimitReached */
  putKey(key: AccessKey, secret: string): Promise<void>;
  /** For signatures; undefined when unknown, or when only a hash is known of its secret. Usable or not: see `isUsable`. */
  getKey(accessKeyId: string): Promise<SigningKey | undefined>;
  /** Compared in constant time; undefined when unknown or wrong. Usable or not: see `isUsable`. */
  verifyKey(accessKeyId: string, secret: string): Promise<AccessKey | undefined>;
  /** Oldest first. */
  listKeys(tenant: string): Promise<readonly AccessKey[]>;
  /** A tenant's last usable key with access to everything stays: without one nobody could make another. */
  deleteKey(tenant: string, accessKeyId: string): Promise<"deleted" | "unknown" | "last-admin">;
  hasKeys(tenant: string): Promise<boolean>;
  /** Reads every secret once. */
  renewSeals(): Promise<SealRenewal>;
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
  /** What its cells are kept in, a few words for each layer; a worker of an earlier release does not say. */
  readonly isolation?: readonly string[];
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
