import { type KvStore, LIMITS } from "@sluice/core";
import { checkKvPut, pageSize, tooManyKeys } from "../kv-rules.ts";

export interface MemoryKvOptions {
  readonly now: () => number;
  readonly keysPerTenant?: number | undefined;
}

interface StoredValue {
  readonly value: string;
  readonly expiresAt: number;
}

export class MemoryKv implements KvStore {
  readonly #now: () => number;
  readonly #keysPerTenant: number;
  readonly #tenants = new Map<string, Map<string, StoredValue>>();

  constructor(options: MemoryKvOptions) {
    this.#now = options.now;
    this.#keysPerTenant = options.keysPerTenant ?? LIMITS.kvKeysPerTenant;
  }

  async get(tenant: string, key: string): Promise<string | undefined> {
    return this.#live(tenant).get(key)?.value;
  }

  async put(tenant: string, key: string, value: string, ttlMs?: number): Promise<void> {
    checkKvPut(key, value, ttlMs);
    const live = this.#live(tenant);
    if (!live.has(key) && live.size >= this.#keysPerTenant) throw tooManyKeys(this.#keysPerTenant);
    live.set(key, { value, expiresAt: ttlMs === undefined ? Number.POSITIVE_INFINITY : this.#now() + ttlMs });
    this.#tenants.set(tenant, live);
  }

  async delete(tenant: string, key: string): Promise<boolean> {
    return this.#live(tenant).delete(key);
  }

  async list(
    tenant: string,
    options: { readonly prefix: string; readonly limit: number; readonly after?: string },
  ): Promise<{ readonly keys: readonly string[]; readonly cursor: string | null }> {
    const { prefix, after } = options;
    const size = pageSize(options.limit);
    const keys = [...this.#live(tenant).keys()]
      .filter((key) => key.startsWith(prefix) && (after === undefined || key > after))
      .sort();
    return { keys: keys.slice(0, size), cursor: keys.length > size ? (keys[size - 1] ?? null) : null };
  }

  #live(tenant: string): Map<string, StoredValue> {
    const values = this.#tenants.get(tenant) ?? new Map<string, StoredValue>();
    const now = this.#now();
    for (const [key, { expiresAt }] of values) if (expiresAt <= now) values.delete(key);
    return values;
  }
}
