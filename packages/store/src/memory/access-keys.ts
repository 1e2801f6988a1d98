import type { AccessKey, KeyStore, TenantRecord } from "@sluice/core";
import { storeKey, type StoredKey, verifySecret } from "../key-secret.ts";

export class MemoryKeys implements KeyStore {
  readonly #tenants = new Map<string, TenantRecord>();
  readonly #keys = new Map<string, StoredKey>();

  async putTenant(tenant: TenantRecord): Promise<void> {
    this.#tenants.set(tenant.name, structuredClone(tenant));
  }

  async getTenant(name: string): Promise<TenantRecord | undefined> {
    return structuredClone(this.#tenants.get(name));
  }

  async putKey(key: AccessKey, secret: string): Promise<void> {
    this.#keys.set(key.accessKeyId, storeKey(key, secret));
  }

  async verifyKey(accessKeyId: string, secret: string): Promise<AccessKey | undefined> {
    return verifySecret(accessKeyId, this.#keys.get(accessKeyId), secret);
  }

  async hasKeys(tenant: string): Promise<boolean> {
    return [...this.#keys.values()].some((key) => key.tenant === tenant);
  }
}
