import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { AccessKey } from "@sluice/core";

/**
 * What is kept of an access key. Secrets are made by the platform from 256 random bits, so there is nothing to guess
 * and a slow hash would only slow every request down; the salt keeps equal secrets from showing as equal.
 */
export interface StoredKey {
  readonly tenant: string;
  readonly createdAt: number;
  /** Hex. */
  readonly salt: string;
  /** SHA-256 of salt and secret, hex. */
  readonly hash: string;
}

export function storeKey(key: AccessKey, secret: string): StoredKey {
  const salt = randomBytes(16);
  return {
    tenant: key.tenant,
    createdAt: key.createdAt,
    salt: salt.toString("hex"),
    hash: hash(salt, secret).toString("hex"),
  };
}

/** Stands in for an unknown key, so that asking for one costs the same work and tells nothing. */
const NOBODY: StoredKey = { tenant: "", createdAt: 0, salt: "0".repeat(32), hash: "0".repeat(64) };

export function verifySecret(
  accessKeyId: string,
  stored: StoredKey | undefined,
  secret: string,
): AccessKey | undefined {
  const { tenant, createdAt, salt, hash: expected } = stored ?? NOBODY;
  const equal = timingSafeEqual(hash(Buffer.from(salt, "hex"), secret), Buffer.from(expected, "hex"));
  return equal && stored !== undefined ? { accessKeyId, tenant, createdAt } : undefined;
}

function hash(salt: Buffer, secret: string): Buffer {
  return createHash("sha256").update(salt).update(secret).digest();
}
