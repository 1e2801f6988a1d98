/**
 * What a guest can have computed by its cell (`crypto.compute`, while it waits) or by the cell's thread pool
 * (`crypto.task`). A call's text is the request as JSON with `parts`, the lengths of the byte strings that its bytes
 * consist of; those are named beside each request. Keys travel as DER: the cell keeps none.
 */
export type CryptoRequest =
  /** data → digest */
  | { readonly do: "digest"; readonly hash: string }
  /** key, data → code */
  | { readonly do: "hmac"; readonly hash: string }
  /** key, iv, whole blocks → whole blocks; padding is the guest's */
  | { readonly do: "cipher"; readonly cipher: string; readonly encrypt: boolean }
  /** key, iv, additional data, data → data and the tag of 16 bytes, which the guest compares or cuts */
  | { readonly do: "gcm"; readonly encrypt: boolean }
  /** PKCS #8, data → signature */
  | ({ readonly do: "sign" } & SignatureScheme)
  /** SPKI, data, signature → one byte, 1 when it is right */
  | ({ readonly do: "verify" } & SignatureScheme)
  /** key, label, data → data; the private key is used to decrypt and to sign, the public key otherwise */
  | {
      readonly do: "rsa";
      readonly use: "encrypt" | "decrypt" | "sign" | "recover";
      readonly padding: RsaPadding;
      readonly hash: string;
    }
  /** PKCS #8, SPKI → secret */
  | { readonly do: "agree" }
  /** key as `from` says → CryptoKeyFacts JSON, its length before it (4 bytes, little endian), then the key as `to` says */
  | {
      readonly do: "key";
      readonly from: "pem" | "pkcs8" | "spki" | "pkcs1" | "sec1" | "jwk";
      readonly as: "private" | "public";
      readonly to: "pkcs8" | "spki" | "pkcs1" | "sec1" | "jwk";
    }
  /** → PKCS #8 */
  | { readonly do: "generate"; readonly type: "ec" | "ed25519" | "x25519"; readonly curve: string }
  /** password, salt → key */
  | { readonly do: "pbkdf2"; readonly hash: string; readonly iterations: number; readonly length: number };

export type RsaPadding = "pkcs1" | "oaep" | "none";

export interface SignatureScheme {
  /** null where the algorithm has its own (Ed25519). */
  readonly hash: string | null;
  readonly padding: "pkcs1" | "pss" | null;
  /** Of PSS; -1 = as long as the digest, -2 = as long as fits, or whatever it is when verifying. */
  readonly saltLength: number;
  readonly encoding: "der" | "ieee-p1363";
}

export type CryptoTask =
  | Extract<CryptoRequest, { do: "pbkdf2" }>
  /** password, salt → key */
  | {
      readonly do: "scrypt";
      readonly cost: number;
      readonly blockSize: number;
      readonly parallelization: number;
      readonly length: number;
    }
  /** → PKCS #8 */
  | { readonly do: "generate-rsa"; readonly bits: number; readonly exponent: number };

export interface CryptoKeyFacts {
  readonly type: "rsa" | "rsa-pss" | "ec" | "ed25519" | "x25519";
  readonly private: boolean;
  readonly curve?: string;
  readonly modulusLength?: number;
  /** Decimal. */
  readonly publicExponent?: string;
}

/** Why a call was refused; nothing else of what went wrong in the host reaches a guest. */
export type CryptoRefusal = "bad-request" | "bad-key" | "unsupported-key" | "too-costly" | "failed";

/**
 * Bounds of what one call may cost. A synchronous call holds up the cell's main thread, so each bound is what takes
 * some 50 ms on a slow machine; the guest does what is beyond it in its own thread, or as a task.
 */
export const CRYPTO_LIMITS = {
  computeBytesMax: 4 * 1024 * 1024,
  /** AES-KW goes over its data six times, a block of 8 bytes at a time. */
  wrapBytesMax: 64 * 1024,
  /** A private RSA key of 4,096 bits is 2,376 bytes of DER, 3,272 of PEM and 3,300 of JWK. */
  keyBytesMax: 8 * 1024,
  rsaBitsMin: 512,
  rsaBitsMax: 4_096,
  /** By `pbkdf2Cost`. */
  pbkdf2ComputeCostMax: 50_000,
  pbkdf2TaskCostMax: 10_000_000,
  /** cost × blockSize × parallelization: 16 times Node's default. */
  scryptTaskCostMax: 2 ** 21,
  scryptMemoryMax: 64 * 1024 * 1024,
  derivedBytesMax: 64 * 1024,
  taskBytesMax: 256 * 1024,
  /** Of a cell's four pool threads. */
  tasksRunningMax: 2,
  tasksWaitingMax: 128,
} as const;

/** Bytes of output per round of a hash, for the cost of PBKDF2. */
export const HASH_BYTES: Readonly<Record<string, number>> = {
  md5: 16,
  ripemd160: 20,
  sha1: 20,
  sha224: 28,
  sha256: 32,
  sha384: 48,
  sha512: 64,
  "sha512-224": 28,
  "sha512-256": 32,
  "sha3-224": 28,
  "sha3-256": 32,
  "sha3-384": 48,
  "sha3-512": 64,
  blake2b512: 64,
  blake2s256: 32,
};

/** How much longer a round of PBKDF2 takes than one of the SHA-2 family; a whole number, and rather too high. */
const ROUND_WEIGHTS: Readonly<Record<string, number>> = {
  ripemd160: 2,
  "sha3-224": 4,
  "sha3-256": 4,
  "sha3-384": 4,
  "sha3-512": 4,
  blake2b512: 4,
  blake2s256: 4,
};

/** Rounds of the hash, about, as SHA-2 would count them: every block of output begins with the whole salt. */
export function pbkdf2Cost(
  { hash, iterations, length }: { readonly hash: string; readonly iterations: number; readonly length: number },
  inputBytes: number,
): number {
  const blocks = Math.ceil(length / (HASH_BYTES[hash] ?? 1));
  return blocks * (iterations + inputBytes / 64) * (ROUND_WEIGHTS[hash] ?? 1);
}

/** The same of the two PBKDF2 inside scrypt, which begin with the salt and with all of its blocks. */
export function scryptEndsCost(blocksBytes: number, length: number, inputBytes: number): number {
  return (blocksBytes / 32) * (1 + inputBytes / 64) + Math.ceil(length / 32) * (1 + blocksBytes / 64);
}

export const EC_CURVES = ["prime256v1", "secp384r1", "secp521r1", "secp256k1"] as const;
