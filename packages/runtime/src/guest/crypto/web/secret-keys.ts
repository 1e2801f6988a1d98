import type { Bytes } from "../../web/bytes.ts";
import { loadCrypto } from "../../lazy.ts";
import type { Jwk, SecretKey } from "../key-material.ts";
import type { Algorithm } from "./algorithm.ts";
import { type CryptoKey, type KeyAlgorithm, type KeySlots, makeKey } from "./crypto-key.ts";
import { badUsages, dataError, notSupported, operationError } from "./fault.ts";
import { checkJwk, jwkAlgorithm, jwkOfSecret, readJwk, secretOfJwk } from "./jwk.ts";
import { checkUsages, requireUsages } from "./usages.ts";

/** Bits of the block, which is also how long a key of HMAC is unless said otherwise. */
const HMAC_BITS: Readonly<Record<string, number>> = { "SHA-1": 512, "SHA-256": 512, "SHA-384": 1024, "SHA-512": 1024 };
const RANDOM_MAX = 65_536;

export function generateSecretKey(algorithm: Algorithm, extractable: boolean, usages: readonly string[]): CryptoKey {
  checkUsages(algorithm.name, "secret", usages);
  const bits = keyBits(algorithm);
  requireUsages("secret", usages);
  if (bits > RANDOM_MAX * 8) throw operationError("The key is too long");
  const bytes = loadCrypto().crypto.getRandomValues(new Uint8Array(Math.ceil(bits / 8)));
  return make(bytes, algorithm, bits, extractable, usages);
}

/** How many bits a key of an algorithm has: the standard's "get key length". */
export function keyBits({ name, hash = "", length }: Algorithm): number {
  if (name === "HMAC") {
    if (length === 0) throw operationError("An HMAC key must not be empty");
    return length ?? (HMAC_BITS[hash] as number);
  }
  if (length === 128 || length === 192 || length === 256) return length;
  throw operationError("An AES key has 128, 192 or 256 bits");
}

export interface KeyImport {
  readonly format: string;
  readonly data: Bytes | Jwk;
  readonly algorithm: Algorithm;
  readonly extractable: boolean;
  readonly usages: readonly string[];
}

export function importSecretKey({ format, data, algorithm, extractable, usages }: KeyImport): CryptoKey {
  const { name } = algorithm;
  const derives = name === "HKDF" || name === "PBKDF2";
  if (format !== "raw" && (derives || format !== "jwk")) {
    throw notSupported(`A key of ${name} cannot be imported in the format "${format}"`);
  }
  checkUsages(name, "secret", usages);
  if (derives && extractable) throw badUsages(`A key of ${name} cannot be extractable`);
  const bytes = format === "jwk" ? ofJwk(data as Jwk, algorithm, extractable, usages) : (data as Bytes).slice();
  const bits = derives ? 0 : checkedBits(algorithm, bytes);
  requireUsages("secret", usages);
  return make(bytes, algorithm, bits, extractable, usages);
}

function ofJwk(value: Jwk, algorithm: Algorithm, extractable: boolean, usages: readonly string[]): Bytes {
  const { name, hash } = algorithm;
  const jwk = readJwk(value);
  const bytes = secretOfJwk(jwk);
  const alg = [jwkAlgorithm(name, hash, bytes.length * 8)];
  checkJwk(jwk, { kty: "oct", use: name === "HMAC" ? "sig" : "enc", alg, extractable, usages });
  return bytes;
}

function checkedBits({ name, length }: Algorithm, bytes: Bytes): number {
  const bits = bytes.length * 8;
  if (name !== "HMAC") {
    if (bits === 128 || bits === 192 || bits === 256) return bits;
    throw dataError("An AES key has 128, 192 or 256 bits");
  }
  if (bits === 0) throw dataError("An HMAC key must not be empty");
  if (length === undefined) return bits;
  if (length > bits || length <= bits - 8) throw dataError("The key is not as long as its algorithm says");
  const last = bytes.length - 1;
  // Bits beyond the length are no part of the key.
  bytes[last] = (bytes[last] as number) & (0xff << (bits - length));
  return length;
}

function make(
  bytes: Bytes,
  { name, hash }: Algorithm,
  length: number,
  extractable: boolean,
  usages: readonly string[],
): CryptoKey {
  const algorithm: KeyAlgorithm =
    length === 0 ? { name } : hash === undefined ? { name, length } : { name, hash: { name: hash }, length };
  return makeKey({ material: { kind: "secret", bytes }, algorithm, extractable, usages });
}

export function exportSecretKey(format: string, { material, algorithm, usages }: KeySlots): Bytes | Jwk {
  const { bytes } = material as SecretKey;
  if (format === "raw") return bytes.slice();
  const { name, hash } = algorithm;
  if (format !== "jwk") throw notSupported(`A key of ${name} cannot be exported in the format "${format}"`);
  const alg = jwkAlgorithm(name, hash?.name, bytes.length * 8);
  return { ...jwkOfSecret(bytes), alg, key_ops: [...usages], ext: true };
}
