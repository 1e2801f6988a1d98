import { type AccessKey, PlatformError, type SealRenewal, type SigningKey } from "@sluice/core";
import type { SecretBox } from "./secret-box.ts";
import { openSecret, resealKey, type StoredKey } from "./stored-key.ts";

export interface OwnedKey {
  readonly key: AccessKey;
  readonly stored: StoredKey;
}

/** @throws PlatformError Internal.Error when the secret is under a master key that is not here */
export function openKey({ key, stored }: OwnedKey, box: SecretBox): SigningKey | undefined {
  const secret = openSecret(key, stored, box);
  if (secret === undefined) return undefined;
  if (secret.ok) return { key, secret: secret.text };
  if (secret.reason === "tampered") return undefined;
  throw new PlatformError("Internal.Error", `This process has not got the master key ${secret.masterKeyId}.`);
}

/** Looks at one stored key after the other and keeps account of what their secrets are under. */
export function sealsOf(box: SecretBox): {
  /** What to store instead. */
  look(key: AccessKey, stored: StoredKey): StoredKey | undefined;
  found(): SealRenewal;
} {
  const missing = new Set<string>();
  const tampered: string[] = [];
  let renewed = 0;
  return {
    look(key, stored) {
      const secret = openSecret(key, stored, box);
      if (secret !== undefined && !secret.ok) {
        if (secret.reason === "tampered") tampered.push(key.accessKeyId);
        else missing.add(secret.masterKeyId);
        return undefined;
      }
      const resealed = resealKey(key, stored, box);
      if (resealed !== undefined) renewed += 1;
      return resealed;
    },
    found: () => ({ renewed, missing: [...missing].sort(), tampered }),
  };
}
