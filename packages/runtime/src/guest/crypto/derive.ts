import { extract, expand } from "@noble/hashes/hkdf.js";
import { CRYPTO_LIMITS, pbkdf2Cost } from "@sluice/core";
import type { Bytes } from "../web/bytes.ts";
import { guestHash } from "./hashes.ts";
import { compute, computeLater } from "./host.ts";

const loadPbkdf2 = () => require("@noble/hashes/pbkdf2.js") as typeof import("@noble/hashes/pbkdf2.js");
const loadScrypt = () => require("@noble/hashes/scrypt.js") as typeof import("@noble/hashes/scrypt.js");

export interface Pbkdf2Options {
  readonly hash: string;
  readonly iterations: number;
  readonly length: number;
}

export interface ScryptOptions {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
  readonly length: number;
}

export function hkdfOf(hash: string, key: Bytes, salt: Bytes, info: Bytes, length: number): Bytes {
  const hasher = guestHash(hash);
  return expand(hasher, extract(hasher, key, salt), info, length);
}

/**
 * Up to the bound the cell derives it at once, some ten times faster than JavaScript; beyond it the guest does, and its
 * own deadline applies, because a deep derivation would hold up the cell for its neighbours. Whoever has many rounds to
 * go is better served by the asynchronous form, which has a thread of the cell's to itself.
 */
export function pbkdf2Now(password: Bytes, salt: Bytes, { hash, iterations, length }: Pbkdf2Options): Bytes {
  const cost = pbkdf2Cost({ hash, iterations, length }, password.length + salt.length);
  const fits = length <= CRYPTO_LIMITS.derivedBytesMax && password.length + salt.length <= CRYPTO_LIMITS.taskBytesMax;
  if (fits && cost <= CRYPTO_LIMITS.pbkdf2ComputeCostMax) {
    return compute({ do: "pbkdf2", hash, iterations, length }, password, salt);
  }
  return loadPbkdf2().pbkdf2(guestHash(hash), password, salt, { c: iterations, dkLen: length });
}

export function pbkdf2Later(password: Bytes, salt: Bytes, options: Pbkdf2Options): Promise<Bytes> {
  return computeLater({ do: "pbkdf2", ...options }, password, salt);
}

/** In the guest's own thread: with Node's defaults the cell would need 50 to 100 ms of its main thread, this 150. */
export function scryptNow(password: Bytes, salt: Bytes, options: ScryptOptions, maxmem: number): Bytes {
  const { cost: N, blockSize: r, parallelization: p, length: dkLen } = options;
  return loadScrypt().scrypt(password, salt, { N, r, p, dkLen, maxmem: maxmem + 1_024 * r * p });
}

export function scryptLater(password: Bytes, salt: Bytes, options: ScryptOptions): Promise<Bytes> {
  return computeLater({ do: "scrypt", ...options }, password, salt);
}
