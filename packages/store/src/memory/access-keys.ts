import {
  type AccessKey,
  isAdmin,
  isUsable,
  type KeyStore,
  LIMITS,
  PlatformError,
  type SealRenewal,
  type SigningKey,
  type TenantRecord,
} from "@sluice/core";
import { openKey, type OwnedKey, sealsOf } from "../key-seals.ts";
import type { SecretBox } from "../secret-box.ts";
import { readKey, storeKey, verifySecret } from "../stored-key.ts";

export interface MemoryKeysOptions {
  readonly box: SecretBox;
  readonly now: () => number;
}

export class MemoryKeys implements KeyStore {
  readonly #box: SecretBox;
  readonly #now: () => number;
  readonly #tenants = new Map<string, TenantRecord>();
  readonly #keys = new Map<string, OwnedKey>();

  constructor(options: MemoryKeysOptions) {
    this.#box = options.box;
    this.#now = options.now;
  }

  async putTenant(tenant: TenantRecord): Promise<void> {
    this.#tenants.set(tenant.name, structuredClone(tenant));
  }

  async createTenant(tenant: TenantRecord): Promise<boolean> {
    if (this.#tenants.has(tenant.name)) return false;
    await this.putTenant(tenant);
    return true;
  }

  async getTenant(name: string): Promise<TenantRecord | undefined> {
    return structuredClone(this.#tenants.get(name));
  }

  async listTenants(): Promise<readonly TenantRecord[]> {
    return structuredClone([...this.#tenants.values()]).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async putKey(key: AccessKey, secret: string): Promise<void> {
    const { accessKeyId, tenant } = key;
    const isNew = this.#keys.get(accessKeyId)?.key.tenant !== tenant;
    if (isNew && this.#of(tenant).length >= LIMITS.keysPerTenant) throw new PlatformError("Key.LimitReached");
    const stored = structuredClone(storeKey(key, secret, this.#box));
    this.#keys.set(accessKeyId, { key: readKey(tenant, accessKeyId, stored), stored });
  }

  async getKey(accessKeyId: string): Promise<SigningKey | undefined> {
    const held = this.#keys.get(accessKeyId);
    return held === undefined ? undefined : structuredClone(openKey(held, this.#box));
  }

  async verifyKey(accessKeyId: string, secret: string): Promise<AccessKey | undefined> {
    const held = this.#keys.get(accessKeyId);
    if (held === undefined || !verifySecret(held.key, held.stored, secret, this.#box)) return undefined;
    return structuredClone(held.key);
  }

  async listKeys(tenant: string): Promise<readonly AccessKey[]> {
    const byId = this.#of(tenant).sort((a, b) => (a.accessKeyId < b.accessKeyId ? -1 : 1));
    return structuredClone(byId.sort((a, b) => a.createdAt - b.createdAt));
  }

  async deleteKey(tenant: string, accessKeyId: string): Promise<"deleted" | "unknown" | "last-admin"> {
    const key = this.#keys.get(accessKeyId)?.key;
    if (key?.tenant !== tenant) return "unknown";
    const keeps = (one: AccessKey): boolean => isAdmin(one.policies) && isUsable(one, this.#now());
    if (keeps(key) && this.#of(tenant).filter(keeps).length === 1) return "last-admin";
    this.#keys.delete(accessKeyId);
    return "deleted";
  }

  async hasKeys(tenant: string): Promise<boolean> {
    return this.#of(tenant).length > 0;
  }

  async renewSeals(): Promise<SealRenewal> {
    const seals = sealsOf(this.#box);
    for (const [id, { key, stored }] of this.#keys) {
      const resealed = seals.look(key, stored);
      if (resealed !== undefined) this.#keys.set(id, { key, stored: resealed });
    }
    return seals.found();
  }

  #of(tenant: string): AccessKey[] {
    return [...this.#keys.values()].map(({ key }) => key).filter((key) => key.tenant === tenant);
  }
}
