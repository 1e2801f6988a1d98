import { brand, IntrinsicTypeError, IntrinsicUint8Array } from "../primordials.ts";
import { type Bytes, copyBytes, requireBytes } from "../web/bytes.ts";
import { loadTextDecoder, loadTextEncoder } from "../lazy.ts";
import type { Jwk } from "./key-material.ts";
import { type Algorithm, normalize, type Operation, supports } from "./web/algorithm.ts";
import { exportAsymmetricKey, generateKeyPair, importAsymmetricKey } from "./web/asymmetric-keys.ts";
import { type CryptoKey, type CryptoKeyPair, type KeySlots, slotsOf } from "./web/crypto-key.ts";
import { dataError, invalidAccess, notSupported } from "./web/fault.ts";
import { cipherData, deriveData, digestData, signData, verifyData, wrapBytes } from "./web/operations.ts";
import { exportSecretKey, generateSecretKey, importSecretKey, keyBits } from "./web/secret-keys.ts";
import { readUsages } from "./web/usages.ts";

const SECRET = /^(HMAC|AES-|HKDF|PBKDF2)/;
const FORMATS = new Set(["raw", "pkcs8", "spki", "jwk"]);

/** By the Web Cryptography API; every error is a rejection, as Web IDL wants it. */
export class SubtleCrypto {
  async digest(algorithm: unknown, data: unknown): Promise<ArrayBuffer> {
    const asked = normalize("digest", algorithm);
    return bufferOf(digestData(asked, copied("The data", data)));
  }

  async encrypt(algorithm: unknown, key: CryptoKey, data: unknown): Promise<ArrayBuffer> {
    return cipher(true, algorithm, key, data);
  }

  async decrypt(algorithm: unknown, key: CryptoKey, data: unknown): Promise<ArrayBuffer> {
    return cipher(false, algorithm, key, data);
  }

  async sign(algorithm: unknown, key: CryptoKey, data: unknown): Promise<ArrayBuffer> {
    const asked = normalize("sign", algorithm);
    const bytes = copied("The data", data);
    return bufferOf(signData(asked, usable(key, asked, "sign"), bytes));
  }

  async verify(algorithm: unknown, key: CryptoKey, signature: unknown, data: unknown): Promise<boolean> {
    const asked = normalize("sign", algorithm);
    const [mark, bytes] = [copied("The signature", signature), copied("The data", data)];
    return verifyData(asked, usable(key, asked, "verify"), mark, bytes);
  }

  async generateKey(algorithm: unknown, extractable: unknown, usages: unknown): Promise<CryptoKey | CryptoKeyPair> {
    const asked = normalize("generateKey", algorithm);
    const wanted = readUsages(usages);
    return SECRET.test(asked.name)
      ? generateSecretKey(asked, Boolean(extractable), wanted)
      : generateKeyPair(asked, Boolean(extractable), wanted);
  }

  async importKey(
    format: unknown,
    data: unknown,
    algorithm: unknown,
    extractable: unknown,
    usages: unknown,
  ): Promise<CryptoKey> {
    const form = readFormat(format);
    const asked = normalize("importKey", algorithm);
    const wanted = readUsages(usages);
    return importAny(form, keyData(form, data), asked, Boolean(extractable), wanted);
  }

  async exportKey(format: unknown, key: CryptoKey): Promise<ArrayBuffer | Jwk> {
    const form = readFormat(format);
    const exported = exportAny(form, requireKey(key));
    return exported instanceof IntrinsicUint8Array ? bufferOf(exported as Bytes) : (exported as Jwk);
  }

  async deriveBits(algorithm: unknown, key: CryptoKey, length: unknown = null): Promise<ArrayBuffer> {
    const asked = normalize("deriveBits", algorithm);
    const bits = length === null ? null : Number(length) >>> 0;
    return bufferOf(await deriveData(asked, usable(key, asked, "deriveBits"), bits));
  }

  async deriveKey(
    algorithm: unknown,
    key: CryptoKey,
    derivedKeyType: unknown,
    extractable: unknown,
    usages: unknown,
  ): Promise<CryptoKey> {
    const asked = normalize("deriveBits", algorithm);
    const type = normalize("importKey", derivedKeyType);
    const measured = normalize("getKeyLength", derivedKeyType);
    const wanted = readUsages(usages);
    const slots = usable(key, asked, "deriveKey");
    const bits = type.name === "HKDF" || type.name === "PBKDF2" ? null : keyBits(measured);
    const bytes = await deriveData(asked, slots, bits);
    return importAny("raw", bytes, type, Boolean(extractable), wanted);
  }

  async wrapKey(format: unknown, key: CryptoKey, wrappingKey: CryptoKey, algorithm: unknown): Promise<ArrayBuffer> {
    const form = readFormat(format);
    const asked = normalizeEither("wrapKey", "encrypt", algorithm);
    const wrapping = usable(wrappingKey, asked, "wrapKey");
    const exported = exportAny(form, requireKey(key));
    const bytes = exported instanceof IntrinsicUint8Array ? (exported as Bytes) : encodeJwk(exported as Jwk);
    return bufferOf(
      asked.name === "AES-KW" ? wrapBytes(true, wrapping, bytes) : cipherData(true, asked, wrapping, bytes),
    );
  }

  async unwrapKey(
    format: unknown,
    wrappedKey: unknown,
    unwrappingKey: CryptoKey,
    algorithm: unknown,
    unwrappedKeyAlgorithm: unknown,
    extractable: unknown,
    usages: unknown,
  ): Promise<CryptoKey> {
    const form = readFormat(format);
    const asked = normalizeEither("wrapKey", "encrypt", algorithm);
    const type = normalize("importKey", unwrappedKeyAlgorithm);
    const wanted = readUsages(usages);
    const wrapped = copied("The wrapped key", wrappedKey);
    const slots = usable(unwrappingKey, asked, "unwrapKey");
    const bytes = asked.name === "AES-KW" ? wrapBytes(false, slots, wrapped) : cipherData(false, asked, slots, wrapped);
    return importAny(form, form === "jwk" ? decodeJwk(bytes) : bytes, type, Boolean(extractable), wanted);
  }
}
brand(SubtleCrypto, "SubtleCrypto");

export const subtle = new SubtleCrypto();

function cipher(encrypt: boolean, algorithm: unknown, key: CryptoKey, data: unknown): ArrayBuffer {
  const asked = normalize("encrypt", algorithm);
  const bytes = copied("The data", data);
  return bufferOf(cipherData(encrypt, asked, usable(key, asked, encrypt ? "encrypt" : "decrypt"), bytes));
}

function normalizeEither(first: Operation, second: Operation, algorithm: unknown): Algorithm {
  const name = typeof algorithm === "string" ? algorithm : String((algorithm as { name?: unknown } | null)?.name);
  return supports(first, name.toUpperCase()) ? normalize(first, algorithm) : normalize(second, algorithm);
}

function importAny(
  format: string,
  data: Bytes | Jwk,
  algorithm: Algorithm,
  extractable: boolean,
  usages: readonly string[],
): CryptoKey {
  const request = { format, data, algorithm, extractable, usages };
  return SECRET.test(algorithm.name) ? importSecretKey(request) : importAsymmetricKey(request);
}

function exportAny(format: string, slots: KeySlots): Bytes | Jwk {
  const { name } = slots.algorithm;
  if (name === "HKDF" || name === "PBKDF2") throw notSupported(`A key of ${name} cannot be exported`);
  if (!slots.extractable) throw invalidAccess("The key is not extractable");
  return SECRET.test(name) ? exportSecretKey(format, slots) : exportAsymmetricKey(format, slots);
}

function requireKey(key: unknown): KeySlots {
  const slots = slotsOf(key);
  if (slots === undefined) throw new IntrinsicTypeError("The key must be a CryptoKey");
  return slots;
}

/** The key's parts, if it may be used so. */
function usable(key: unknown, { name }: Algorithm, usage: string): KeySlots {
  const slots = requireKey(key);
  if (slots.algorithm.name !== name) throw invalidAccess(`The key is one of ${slots.algorithm.name}, not of ${name}`);
  if (!slots.usages.includes(usage)) throw invalidAccess(`The key may not be used for ${usage}`);
  return slots;
}

function readFormat(format: unknown): string {
  const form = String(format);
  if (!FORMATS.has(form)) throw new IntrinsicTypeError(`"${form}" is no key format: raw, pkcs8, spki and jwk are`);
  return form;
}

function keyData(format: string, data: unknown): Bytes | Jwk {
  if (format !== "jwk") return copied("The key", data);
  if (typeof data !== "object" || data === null || ArrayBuffer.isView(data) || data instanceof ArrayBuffer) {
    throw new IntrinsicTypeError("The key must be a JsonWebKey object");
  }
  return data as Jwk;
}

function copied(what: string, data: unknown): Bytes {
  return new IntrinsicUint8Array(copyBytes(requireBytes(what, data)));
}

function bufferOf(bytes: Bytes): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = bytes;
  return byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
}

function encodeJwk(jwk: Jwk): Bytes {
  return new (loadTextEncoder().TextEncoder)().encode(JSON.stringify(jwk)) as Bytes;
}

function decodeJwk(bytes: Bytes): Jwk {
  try {
    const jwk: unknown = JSON.parse(new (loadTextDecoder().TextDecoder)("utf-8", { fatal: true }).decode(bytes));
    if (typeof jwk === "object" && jwk !== null) return jwk as Jwk;
  } catch {
    // Said below.
  }
  throw dataError("The unwrapped key is no JWK");
}
