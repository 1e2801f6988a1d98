import { createHash, timingSafeEqual } from "node:crypto";
import { type AccessKey, isUsable, type KeyStore, PlatformError } from "@sluice/core";

export interface KeyAuthenticatorOptions {
  readonly keys: KeyStore;
  readonly now: () => number;
}

export type Authentication =
  | { readonly ok: true; readonly key: AccessKey }
  | { readonly ok: false; readonly error: PlatformError };

interface VerifiedToken {
  readonly digest: Buffer;
  readonly key: AccessKey;
  readonly expiresAt: number;
}

/** How long a revoked or changed key may still be taken, in exchange for one look-up per key instead of per request. */
const REMEMBER_MS = 5_000;
const REMEMBERED_KEYS = 1_000;
const LONGEST_TOKEN = 512;

/**
 * Checks `Authorization: Bearer <access key id>.<secret access key>`. Verified tokens are remembered by key id with
 * their SHA-256 only, and compared in constant time; failures are never remembered, so a new key works at once.
 */
export class KeyAuthenticator {
  readonly #keys: KeyStore;
  readonly #now: () => number;
  readonly #verified = new Map<string, VerifiedToken>();

  constructor(options: KeyAuthenticatorOptions) {
    this.#keys = options.keys;
    this.#now = options.now;
  }

  /** @throws PlatformError Service.Unavailable when keys cannot be looked up */
  async authenticate(authorization: string | undefined): Promise<Authentication> {
    if (authorization === undefined || authorization.trim() === "") return refuse("Auth.Missing");
    const token = /^Bearer +([^\s]+)\s*$/i.exec(authorization)?.[1];
    if (token === undefined || token.length > LONGEST_TOKEN) {
      return refuse("Auth.Invalid", "The Authorization header must be 'Bearer <access key id>.<secret access key>'.");
    }
    const dot = token.indexOf(".");
    if (dot < 1 || dot === token.length - 1) {
      return refuse("Auth.Invalid", "The bearer token must be '<access key id>.<secret access key>'.");
    }
    const key = await this.#verify(token.slice(0, dot), token.slice(dot + 1));
    if (key === undefined) return refuse("Auth.Invalid", "No key has this id and secret.");
    if (isUsable(key, this.#now())) return { ok: true, key };
    return refuse("Auth.Invalid", `The key ${key.accessKeyId} ${key.disabled ? "is disabled" : "has expired"}.`);
  }

  async #verify(accessKeyId: string, secret: string): Promise<AccessKey | undefined> {
    const digest = createHash("sha256").update(secret).digest();
    const known = this.#verified.get(accessKeyId);
    if (known !== undefined && known.expiresAt > this.#now() && timingSafeEqual(known.digest, digest)) return known.key;
    const key = await this.#keys.verifyKey(accessKeyId, secret);
    if (key === undefined) return undefined;
    if (this.#verified.size >= REMEMBERED_KEYS) this.#verified.clear();
    this.#verified.set(accessKeyId, { digest, key, expiresAt: this.#now() + REMEMBER_MS });
    return key;
  }
}

function refuse(code: "Auth.Missing" | "Auth.Invalid", message?: string): Authentication {
  return { ok: false, error: new PlatformError(code, message) };
}
