import {
  type AccessKey,
  type KeyStore,
  LIMITS,
  PlatformError,
  type SealRenewal,
  type SigningKey,
  type TenantRecord,
} from "@sluice/core";
import type { Redis } from "ioredis";
import { openKey, type OwnedKey, sealsOf } from "../key-seals.ts";
import type { SecretBox } from "../secret-box.ts";
import { readKey, storeKey, type StoredKey, verifySecret } from "../stored-key.ts";
import { DELETE_KEY, PUT_KEY, REPLACE_KEY } from "./access-key-scripts.ts";
import { redisKey } from "./redis-key.ts";
import { reply } from "./reply.ts";

export interface RedisKeysOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly box: SecretBox;
}

const SCAN_COUNT = 200;

export class RedisKeys implements KeyStore {
  readonly #redis: Redis;
  readonly #box: SecretBox;
  readonly #keys: string;
  readonly #counts: string;
  readonly #index: string;
  readonly #tenants: string;

  constructor(options: RedisKeysOptions) {
    this.#redis = options.redis;
    this.#box = options.box;
    this.#keys = redisKey(options.prefix, "auth", "keys");
    this.#counts = redisKey(options.prefix, "auth", "counts");
    this.#index = redisKey(options.prefix, "auth", "index");
    this.#tenants = redisKey(options.prefix, "auth", "tenants");
  }

  async putTenant(tenant: TenantRecord): Promise<void> {
    await reply(this.#redis.hset(this.#tenants, tenant.name, JSON.stringify(tenant)));
  }

  async createTenant(tenant: TenantRecord): Promise<boolean> {
    return (await reply(this.#redis.hsetnx(this.#tenants, tenant.name, JSON.stringify(tenant)))) === 1;
  }

  async getTenant(name: string): Promise<TenantRecord | undefined> {
    const tenant = await reply(this.#redis.hget(this.#tenants, name));
    return tenant === null ? undefined : (JSON.parse(tenant) as TenantRecord);
  }

  async listTenants(): Promise<readonly TenantRecord[]> {
    const tenants = await reply(this.#redis.hvals(this.#tenants));
    return tenants.map((text) => JSON.parse(text) as TenantRecord).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async putKey(key: AccessKey, secret: string): Promise<void> {
    const stored = JSON.stringify(storeKey(key, secret, this.#box));
    const args = [key.accessKeyId, key.tenant, stored, LIMITS.keysPerTenant];
    const put = await PUT_KEY.run(this.#redis, [this.#keys, this.#counts, this.#index], args);
    if (put !== 1) throw new PlatformError("Key.LimitReached");
  }

  async getKey(accessKeyId: string): Promise<SigningKey | undefined> {
    const held = await this.#read(accessKeyId);
    return held === undefined ? undefined : openKey(held, this.#box);
  }

  async verifyKey(accessKeyId: string, secret: string): Promise<AccessKey | undefined> {
    const held = await this.#read(accessKeyId);
    return held !== undefined && verifySecret(held.key, held.stored, secret, this.#box) ? held.key : undefined;
  }

  async listKeys(tenant: string): Promise<readonly AccessKey[]> {
    const members = await reply(this.#redis.zrangebylex(this.#index, `[${tenant} `, `(${tenant}!`));
    if (members.length === 0) return [];
    const ids = members.map((member) => member.slice(tenant.length + 1));
    const texts = await reply(this.#redis.hmget(this.#keys, ...ids));
    const keys = texts.flatMap((text, at) => (text === null ? [] : [parseHeld(ids[at] ?? "", text).key]));
    return keys.filter((key) => key.tenant === tenant).sort((a, b) => a.createdAt - b.createdAt);
  }

  async deleteKey(tenant: string, accessKeyId: string): Promise<"deleted" | "unknown" | "last-admin"> {
    const result = await DELETE_KEY.run(this.#redis, [this.#keys, this.#counts, this.#index], [accessKeyId, tenant]);
    if (result === 1) return "deleted";
    return result === 0 ? "unknown" : "last-admin";
  }

  async hasKeys(tenant: string): Promise<boolean> {
    return Number((await reply(this.#redis.hget(this.#counts, tenant))) ?? 0) > 0;
  }

  async renewSeals(): Promise<SealRenewal> {
    const seals = sealsOf(this.#box);
    let cursor = "0";
    do {
      const [next, pairs] = await reply(this.#redis.hscan(this.#keys, cursor, "COUNT", SCAN_COUNT));
      for (let at = 0; at < pairs.length; at += 2) {
        const [id = "", text = ""] = [pairs[at], pairs[at + 1]];
        const { key, stored } = parseHeld(id, text);
        const resealed = seals.look(key, stored);
        if (resealed === undefined) continue;
        const replacement = `${key.tenant} ${JSON.stringify(resealed)}`;
        await REPLACE_KEY.run(this.#redis, [this.#keys], [id, text, replacement]);
      }
      cursor = next;
    } while (cursor !== "0");
    return seals.found();
  }

  async #read(accessKeyId: string): Promise<OwnedKey | undefined> {
    const text = await reply(this.#redis.hget(this.#keys, accessKeyId));
    return text === null ? undefined : parseHeld(accessKeyId, text);
  }
}

function parseHeld(accessKeyId: string, text: string): OwnedKey {
  const space = text.indexOf(" ");
  const stored = JSON.parse(text.slice(space + 1)) as StoredKey;
  return { key: readKey(text.slice(0, space), accessKeyId, stored), stored };
}
