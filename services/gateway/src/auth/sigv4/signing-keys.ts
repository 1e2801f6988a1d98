import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import type { AccessKey, KeyStore } from "@sluice/core";
import type { CredentialScope } from "./signature-claim.ts";

export interface SigningKeysOptions {
  readonly keys: KeyStore;
  readonly now: () => number;
}

export interface KnownKey {
  readonly key: AccessKey;
  /** The key that signs within a scope, derived once for each. An object, as Node takes 20 µs to make one of bytes. */
  signingKey(scope: CredentialScope): KeyObject;
}

interface Remembered extends KnownKey {
  readonly secret: string;
  readonly until: number;
}

/** How long a deleted or changed key may still be taken, in exchange for one look-up per key instead of per request. */
const REMEMBER_MS = 5_000;
const REMEMBERED_KEYS = 1_000;
/** A day's few services; a new day begins anew. */
const SCOPES_PER_KEY = 8;

/** Access keys with their secrets, remembered for a moment. Unknown ones are not, so a new key works at once. */
export class SigningKeys {
  readonly #keys: KeyStore;
  readonly #now: () => number;
  readonly #known = new Map<string, Remembered>();

  constructor(options: SigningKeysOptions) {
    this.#keys = options.keys;
    this.#now = options.now;
  }

  /** @throws PlatformError Service.Unavailable when keys cannot be looked up */
  async find(accessKeyId: string): Promise<KnownKey | undefined> {
    const known = this.#known.get(accessKeyId);
    if (known !== undefined && known.until > this.#now()) return known;
    const found = await this.#keys.getKey(accessKeyId);
    if (found === undefined) {
      this.#known.delete(accessKeyId);
      return undefined;
    }
    if (this.#known.size >= REMEMBERED_KEYS) this.#known.clear();
    const { key, secret } = found;
    const until = this.#now() + REMEMBER_MS;
    const signingKey = known?.secret === secret ? known.signingKey : rememberScopes(secret);
    const fresh = { key, secret, until, signingKey };
    this.#known.set(accessKeyId, fresh);
    return fresh;
  }
}

function rememberScopes(secret: string): (scope: CredentialScope) => KeyObject {
  const derived = new Map<string, KeyObject>();
  return (scope) => {
    const name = `${scope.date}/${scope.region}/${scope.service}`;
    const known = derived.get(name);
    if (known !== undefined) return known;
    if (derived.size >= SCOPES_PER_KEY) derived.clear();
    const signingKey = createSecretKey(deriveSigningKey(secret, scope));
    derived.set(name, signingKey);
    return signingKey;
  };
}

export function deriveSigningKey(secret: string, { date, region, service }: CredentialScope): Buffer {
  const hmac = (key: Buffer | string, text: string): Buffer => createHmac("sha256", key).update(text).digest();
  return hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), "aws4_request");
}
