import { createHash, timingSafeEqual } from "node:crypto";
import { type AccessKey, ADMIN_POLICY, isAdmin, type PolicyStatement } from "@sluice/core";
import type { Opened, SecretBox } from "./secret-box.ts";

/** What is kept of an access key. Everything but `createdAt` may be missing in what earlier versions wrote. */
export interface StoredKey {
  readonly createdAt: number;
  readonly name?: string;
  readonly policies?: readonly PolicyStatement[];
  readonly expiresAt?: number | null;
  readonly disabled?: boolean;
  /** Made of `policies`, for scripts. */
  readonly admin?: boolean;
  /** The secret, encrypted. */
  readonly sealed?: string;
  /** Instead of `sealed` in what earlier versions wrote: SHA-256 of salt and secret, both hex. */
  readonly salt?: string;
  readonly hash?: string;
}

export function storeKey(key: AccessKey, secret: string, box: SecretBox): StoredKey {
  const { createdAt, name, policies, expiresAt, disabled } = key;
  const sealed = box.seal(secret, ownerOf(key));
  return { createdAt, name, policies, expiresAt, disabled, admin: isAdmin(policies), sealed };
}

/** A key of an earlier version could do everything, and still can. */
export function readKey(tenant: string, accessKeyId: string, stored: StoredKey): AccessKey {
  const { createdAt, name = "", policies = ADMIN_POLICY, expiresAt = null, disabled = false } = stored;
  return { accessKeyId, tenant, name, policies, createdAt, expiresAt, disabled };
}

/** Undefined when only a hash of it is kept. */
export function openSecret(key: AccessKey, stored: StoredKey, box: SecretBox): Opened | undefined {
  return stored.sealed === undefined ? undefined : box.open(stored.sealed, ownerOf(key));
}

/** The same key with its secret under the current master key; undefined when it is, or cannot be opened. */
export function resealKey(key: AccessKey, stored: StoredKey, box: SecretBox): StoredKey | undefined {
  if (stored.sealed === undefined || box.isCurrent(stored.sealed)) return undefined;
  const secret = box.open(stored.sealed, ownerOf(key));
  return secret.ok ? { ...stored, sealed: box.seal(secret.text, ownerOf(key)) } : undefined;
}

/** Hashed first, so that neither content nor length shows in the time it takes. */
export function verifySecret(key: AccessKey, stored: StoredKey, secret: string, box: SecretBox): boolean {
  const opened = openSecret(key, stored, box);
  if (opened !== undefined) return opened.ok && timingSafeEqual(digest("", opened.text), digest("", secret));
  const { salt = "", hash = "" } = stored;
  const expected = Buffer.from(hash, "hex");
  const given = digest(salt, secret);
  return expected.length === given.length && timingSafeEqual(given, expected);
}

function digest(salt: string, secret: string): Buffer {
  return createHash("sha256").update(Buffer.from(salt, "hex")).update(secret).digest();
}

function ownerOf({ tenant, accessKeyId }: AccessKey): readonly string[] {
  return ["access-key", tenant, accessKeyId];
}
