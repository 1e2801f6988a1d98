import type { RsaPadding, SignatureScheme } from "@sluice/core";
import { type Bytes, joinBytes } from "../../web/bytes.ts";
import { BlockState } from "../block-state.ts";
import { CtrState } from "../ctr-state.ts";
import { hkdfOf, pbkdf2Later } from "../derive.ts";
import { digestOf, hmacOf } from "../digest-state.ts";
import { GcmState } from "../gcm-state.ts";
import { compute, NO_BYTES, sameBytes } from "../host.ts";
import type { AsymmetricKey, SecretKey } from "../key-material.ts";
import type { Algorithm } from "./algorithm.ts";
import { type KeySlots, slotsOf } from "./crypto-key.ts";
import { invalidAccess, operating, operationError, operationFault } from "./fault.ts";

const TAG_BITS = new Set([32, 64, 96, 104, 112, 120, 128]);
const TAG_BYTES = 16;
const WRAP_IV = new Uint8Array(8).fill(0xa6);

/** Host names of the standard's hashes. */
export function hashOf(name: string | undefined): string {
  return (name ?? "").toLowerCase().replace("-", "");
}

export function digestData({ name }: Algorithm, data: Bytes): Bytes {
  return operating(() => digestOf(hashOf(name), data));
}

export function signData(algorithm: Algorithm, { material, algorithm: own }: KeySlots, data: Bytes): Bytes {
  if (own.name === "HMAC") return operating(() => hmacOf(hashOf(own.hash?.name), secretOf(material), data));
  const { kind, der } = material as AsymmetricKey;
  if (kind !== "private") throw invalidAccess("A signature is made with the private key");
  return operating(() => compute({ do: "sign", ...schemeOf(algorithm, own.hash?.name) }, der, data));
}

export function verifyData(
  algorithm: Algorithm,
  { material, algorithm: own }: KeySlots,
  signature: Bytes,
  data: Bytes,
): boolean {
  if (own.name === "HMAC") {
    return operating(() => sameBytes(hmacOf(hashOf(own.hash?.name), secretOf(material), data), signature));
  }
  const { kind, der } = material as AsymmetricKey;
  if (kind !== "public") throw invalidAccess("A signature is verified with the public key");
  return (
    operating(() => compute({ do: "verify", ...schemeOf(algorithm, own.hash?.name) }, der, data, signature))[0] === 1
  );
}

function schemeOf({ name, hash, saltLength = 0 }: Algorithm, ofKey: string | undefined): SignatureScheme {
  const common = { padding: null, saltLength: 0, encoding: "ieee-p1363" } as const;
  switch (name) {
    case "RSA-PSS":
      return { ...common, hash: hashOf(ofKey), padding: "pss", saltLength };
    case "RSASSA-PKCS1-v1_5":
      return { ...common, hash: hashOf(ofKey), padding: "pkcs1" };
    case "ECDSA":
      return { ...common, hash: hashOf(hash) };
    default:
      return { ...common, hash: null };
  }
}

export function cipherData(
  encrypt: boolean,
  algorithm: Algorithm,
  { material, algorithm: own }: KeySlots,
  data: Bytes,
): Bytes {
  if (algorithm.name === "RSA-OAEP") {
    const { kind, der } = material as AsymmetricKey;
    if (kind !== (encrypt ? "public" : "private")) {
      throw invalidAccess(`RSA-OAEP ${encrypt ? "encrypts with the public" : "decrypts with the private"} key`);
    }
    const request = { do: "rsa", use: encrypt ? "encrypt" : "decrypt", padding: "oaep" satisfies RsaPadding } as const;
    return operating(() =>
      compute({ ...request, hash: hashOf(own.hash?.name) }, der, algorithm.label ?? NO_BYTES, data),
    );
  }
  const key = secretOf(material);
  switch (algorithm.name) {
    case "AES-GCM":
      return gcm(encrypt, algorithm, key, data);
    case "AES-CTR":
      return ctr(algorithm, key, data);
    default:
      return cbc(encrypt, algorithm, key, data);
  }
}

function gcm(encrypt: boolean, algorithm: Algorithm, key: Bytes, data: Bytes): Bytes {
  const { iv = NO_BYTES, additionalData = NO_BYTES, tagLength = 128 } = algorithm;
  if (!TAG_BITS.has(tagLength)) throw operationError("tagLength must be 32, 64, 96, 104, 112, 120 or 128");
  if (iv.length === 0) throw operationError("The iv must not be empty");
  const tagBytes = tagLength / 8;
  if (!encrypt && data.length < tagBytes) throw operationError("The data is shorter than its tag");
  return operating(() => {
    const state = new GcmState(encrypt, key, iv, additionalData);
    const end = encrypt ? data.length : data.length - tagBytes;
    const output = state.update(data.subarray(0, end));
    const tag = state.tag().subarray(0, tagBytes);
    if (encrypt) return joinBytes([output, tag]);
    if (!sameBytes(tag, data.subarray(end))) throw operationError("The data was not encrypted so, or was changed");
    return output;
  });
}

function ctr({ counter = NO_BYTES, length = 0 }: Algorithm, key: Bytes, data: Bytes): Bytes {
  if (counter.length !== TAG_BYTES) throw operationError("The counter must have 16 bytes");
  if (length === 0 || length > 128) throw operationError("The length of the counter must be 1 to 128 bits");
  if (Math.ceil(data.length / 16) > 2 ** length) throw operationError("The counter would repeat itself");
  return operating(() => new CtrState(key, counter, length).update(data));
}

function cbc(encrypt: boolean, { iv = NO_BYTES }: Algorithm, key: Bytes, data: Bytes): Bytes {
  if (iv.length !== TAG_BYTES) throw operationError("The iv must have 16 bytes");
  try {
    return operating(() => new BlockState(encrypt, "cbc", key, iv).whole(data));
  } catch (error) {
    if ((error as { fault?: string }).fault === undefined) throw error;
    throw operationError("The data was not encrypted so, or was changed");
  }
}

/** RFC 3394. */
export function wrapBytes(encrypt: boolean, { material }: KeySlots, data: Bytes): Bytes {
  const key = secretOf(material);
  if (data.length % 8 !== 0 || data.length < (encrypt ? 16 : 24)) {
    throw operationError("AES-KW wraps whole blocks of 8 bytes, two at least");
  }
  return operating(() =>
    compute({ do: "cipher", cipher: `id-aes${key.length * 8}-wrap`, encrypt }, key, WRAP_IV, data),
  );
}

/** `bits` null: as many as there are. */
export async function deriveData(algorithm: Algorithm, slots: KeySlots, bits: number | null): Promise<Bytes> {
  if (algorithm.public !== undefined) return agree(algorithm, slots, bits);
  if (bits === null || bits % 8 !== 0) throw operationError("The length must be a multiple of 8");
  const { hash, salt = NO_BYTES, info = NO_BYTES, iterations = 0 } = algorithm;
  const [key, length] = [secretOf(slots.material), bits / 8];
  if (algorithm.name === "PBKDF2") {
    if (iterations === 0) throw operationError("PBKDF2 needs one iteration at least");
    if (length === 0) return NO_BYTES;
    return pbkdf2Later(key, salt, { hash: hashOf(hash), iterations, length }).catch((error: unknown) => {
      throw operationFault(error);
    });
  }
  if (length === 0) return NO_BYTES;
  try {
    return hkdfOf(hashOf(hash), key, salt, info, length);
  } catch {
    throw operationError("HKDF gives at most 255 times as many bytes as its hash");
  }
}

function agree({ name, public: other }: Algorithm, { material, algorithm }: KeySlots, bits: number | null): Bytes {
  const own = material as AsymmetricKey;
  const theirs = slotsOf(other) as KeySlots;
  if (own.kind !== "private") throw invalidAccess("A secret is agreed on with the private key");
  const peer = theirs.material as AsymmetricKey;
  if (peer.kind !== "public") throw invalidAccess("The other side's key must be public");
  if (theirs.algorithm.name !== name || theirs.algorithm.namedCurve !== algorithm.namedCurve) {
    throw invalidAccess("Both keys must be of the same algorithm and curve");
  }
  const secret = operating(() => compute({ do: "agree" }, own.der, peer.der));
  if (bits === null) return secret;
  if (secret.length * 8 < bits) throw operationError("The secret is not as long as that");
  const cut = secret.slice(0, Math.ceil(bits / 8));
  const odd = bits % 8;
  if (odd > 0) cut[cut.length - 1] = (cut[cut.length - 1] as number) & (0xff << (8 - odd));
  return cut;
}

function secretOf(material: KeySlots["material"]): Bytes {
  return (material as SecretKey).bytes;
}
