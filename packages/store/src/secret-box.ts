import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { PlatformError } from "@sluice/core";

/** AES-256. */
const MASTER_KEY_BYTES = 32;
/** GCM's own size. Random: a master key would have to seal billions of secrets before two are likely to be equal. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export type Opened =
  | { readonly ok: true; readonly text: string }
  /** Sealed under a master key that is not here, or not sealed for this owner. */
  | { readonly ok: false; readonly reason: "missing-key" | "tampered"; readonly masterKeyId: string };

interface MasterKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/**
 * Secrets at rest: AES-256-GCM, `<id of the master key>.<nonce>.<ciphertext and tag>`. What a secret belongs to is part
 * of what is authenticated, so that one put in another's place does not open. The first master key seals, all open.
 */
export class SecretBox {
  readonly #keys: readonly MasterKey[];

  constructor(masterKeys: readonly Uint8Array[]) {
    for (const { length } of masterKeys) {
      if (length !== MASTER_KEY_BYTES) throw new RangeError(`A master key has ${length} bytes instead of 32.`);
    }
    this.#keys = masterKeys.map((bytes) => ({ id: idOf(bytes), bytes }));
  }

  /** @throws PlatformError Internal.Error when there is no master key */
  seal(text: string, owner: readonly string[]): string {
    const [key] = this.#keys;
    if (key === undefined) throw new PlatformError("Internal.Error", "This process has no master key.");
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", key.bytes, nonce).setAAD(bind(owner));
    const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
    return `${key.id}.${nonce.toString("base64url")}.${sealed.toString("base64url")}`;
  }

  open(sealed: string, owner: readonly string[]): Opened {
    const [masterKeyId = "", nonceText = "", text = ""] = sealed.split(".");
    const key = this.#keys.find(({ id }) => id === masterKeyId);
    if (key === undefined) return { ok: false, reason: "missing-key", masterKeyId };
    const nonce = Buffer.from(nonceText, "base64url");
    const bytes = Buffer.from(text, "base64url");
    const tampered = { ok: false, reason: "tampered", masterKeyId } as const;
    if (nonce.length !== NONCE_BYTES || bytes.length < TAG_BYTES) return tampered;
    const decipher = createDecipheriv("aes-256-gcm", key.bytes, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(bind(owner)).setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const plain = Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]);
      return { ok: true, text: plain.toString("utf8") };
    } catch {
      return tampered;
    }
  }

  /** Whether it is under the master key that seals now. */
  isCurrent(sealed: string): boolean {
    return sealed.startsWith(`${this.#keys[0]?.id}.`);
  }
}

/** As JSON, because no two lists of texts have the same. */
function bind(owner: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(owner));
}

/** Names a master key and tells nothing of it. */
function idOf(bytes: Uint8Array): string {
  return createHmac("sha256", bytes).update("sluice master key id").digest("hex").slice(0, 12);
}
