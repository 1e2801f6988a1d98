import { CRYPTO_LIMITS, type CryptoKeyFacts } from "@sluice/core";
import type { Bytes } from "../../web/bytes.ts";
import { base64urlOf, bytesOfBase64url } from "../base64url.ts";
import { computeLater } from "../host.ts";
import {
  type AsymmetricKey,
  exportJwk,
  exportKey,
  generateKey,
  type Jwk,
  publicKeyOf,
  readKey,
} from "../key-material.ts";
import type { Algorithm } from "./algorithm.ts";
import { type CryptoKey, type CryptoKeyPair, type KeyAlgorithm, type KeySlots, makeKey } from "./crypto-key.ts";
import { dataError, invalidAccess, notSupported, operationError, operationFault, readingKey } from "./fault.ts";
import { checkJwk, jwkAlgorithm, jwkBytes, readJwk } from "./jwk.ts";
import type { KeyImport } from "./secret-keys.ts";
import { checkUsages, ownUsages, publicUsages, requireUsages } from "./usages.ts";

/** OpenSSL's names of the curves, and the bytes of a coordinate. */
const CURVES: Readonly<Record<string, readonly [name: string, bytes: number]>> = {
  "P-256": ["prime256v1", 32],
  "P-384": ["secp384r1", 48],
  "P-521": ["secp521r1", 66],
};
const EXPONENT_BYTES_MAX = 4;

export async function generateKeyPair(
  algorithm: Algorithm,
  extractable: boolean,
  usages: readonly string[],
): Promise<CryptoKeyPair> {
  const { name } = algorithm;
  checkUsages(name, "pair", usages);
  const key = await generate(algorithm);
  const own = ownUsages(name, usages);
  requireUsages("private", own);
  return {
    publicKey: make(publicKeyOf(key), algorithm, true, publicUsages(name, usages)),
    privateKey: make(key, algorithm, extractable, own),
  };
}

async function generate(algorithm: Algorithm): Promise<AsymmetricKey> {
  const { name, namedCurve, modulusLength = 0, publicExponent = new Uint8Array() } = algorithm;
  if (namedCurve !== undefined) return generateKey("ec", curveOf(namedCurve)[0]);
  if (name === "Ed25519" || name === "X25519") return generateKey(name === "Ed25519" ? "ed25519" : "x25519");
  const significant = publicExponent.subarray(
    Math.max(
      0,
      publicExponent.findIndex((byte) => byte !== 0),
    ),
  );
  const exponent = significant.reduce((sum, byte) => sum * 256 + byte, 0);
  if (significant.length > EXPONENT_BYTES_MAX || exponent < 3 || exponent % 2 === 0) {
    throw operationError("The public exponent must be an odd number from 3 to 2^32 (most use 65537)");
  }
  const { rsaBitsMin, rsaBitsMax } = CRYPTO_LIMITS;
  if (modulusLength < rsaBitsMin || modulusLength > rsaBitsMax) {
    throw operationError(`An RSA key has ${rsaBitsMin} to ${rsaBitsMax} bits`);
  }
  const bytes = await computeLater({ do: "generate-rsa", bits: modulusLength, exponent }).catch((error: unknown) => {
    throw operationFault(error);
  });
  return readKey("pkcs8", "private", bytes);
}

export function importAsymmetricKey(request: KeyImport): CryptoKey {
  const { format, data, algorithm, extractable, usages } = request;
  const { name, namedCurve } = algorithm;
  if (namedCurve !== undefined) curveOf(namedCurve);
  const kind = kindOf(request);
  checkUsages(name, kind, usages);
  const material = readingKey(() => {
    if (format === "jwk") return readKey("jwk", kind, jwkBytes(checkedJwk(request)));
    if (format === "raw") return readKey("jwk", "public", jwkBytes(jwkOfRaw(algorithm, data as Bytes)));
    return readKey(format as "pkcs8" | "spki", kind, data as Bytes);
  });
  checkType(algorithm, material.facts);
  requireUsages(kind, usages);
  return make(material, algorithm, extractable, usages);
}

function kindOf({ format, data, algorithm: { name, modulusLength, hash } }: KeyImport): "private" | "public" {
  if (format === "pkcs8") return "private";
  if (format === "spki") return "public";
  const isRsa = hash !== undefined || modulusLength !== undefined;
  if (format === "raw" && !isRsa) return "public";
  if (format === "jwk") return (data as Jwk)["d"] === undefined ? "public" : "private";
  throw notSupported(`A key of ${name} cannot be imported in the format "${format}"`);
}

function checkedJwk({ data, algorithm, extractable, usages }: KeyImport): Jwk {
  const { name, hash, namedCurve } = algorithm;
  const jwk = readJwk(data);
  const kty = hash !== undefined ? "RSA" : namedCurve !== undefined ? "EC" : "OKP";
  const use = name === "RSA-OAEP" || name === "ECDH" || name === "X25519" ? "enc" : "sig";
  const known = jwkAlgorithm(name, hash);
  const alg = name === "Ed25519" ? [known, "EdDSA"] : known === undefined ? [] : [known];
  checkJwk(jwk, { kty, use, alg, extractable, usages });
  const crv = namedCurve ?? (kty === "OKP" ? name : undefined);
  if (jwk["crv"] !== crv) throw dataError(`The JWK's "crv" must be "${crv ?? "absent"}"`);
  if (kty === "EC") {
    for (const member of ["x", "y", "d"]) {
      const bytes = bytesOfBase64url(jwk[member] ?? (member === "d" ? undefined : ""));
      const missing = jwk[member] === undefined && member === "d";
      if (!missing && bytes?.length !== curveOf(crv ?? "")[1])
        throw dataError(`The JWK's "${member}" is too long or short`);
    }
  }
  return jwk;
}

function jwkOfRaw({ name, namedCurve }: Algorithm, data: Bytes): Jwk {
  if (namedCurve === undefined) {
    if (data.length !== 32) throw dataError(`A raw key of ${name} has 32 bytes`);
    return { kty: "OKP", crv: name, x: base64urlOf(data) };
  }
  const [, size] = curveOf(namedCurve);
  if (data.length !== 1 + 2 * size || data[0] !== 4) throw dataError("A raw key must be an uncompressed point");
  return {
    kty: "EC",
    crv: namedCurve,
    x: base64urlOf(data.subarray(1, 1 + size)),
    y: base64urlOf(data.subarray(1 + size)),
  };
}

function checkType({ name, namedCurve, hash }: Algorithm, { type, curve }: CryptoKeyFacts): void {
  const expected = hash !== undefined ? "rsa" : namedCurve !== undefined ? "ec" : name.toLowerCase();
  if (type !== expected) throw dataError(`The key is of the type ${type}; ${name} needs ${expected}`);
  if (namedCurve !== undefined && curve !== curveOf(namedCurve)[0])
    throw dataError(`The key is on ${curve}, not on ${namedCurve}`);
}

function curveOf(name: string): readonly [name: string, bytes: number] {
  const curve = Object.hasOwn(CURVES, name) ? CURVES[name] : undefined;
  if (curve === undefined) throw notSupported(`The curve must be one of ${Object.keys(CURVES).join(", ")}`);
  return curve;
}

function make(material: AsymmetricKey, from: Algorithm, extractable: boolean, usages: readonly string[]): CryptoKey {
  const { name, hash, namedCurve } = from;
  const { modulusLength = 0, publicExponent = "0" } = material.facts;
  let algorithm: KeyAlgorithm = namedCurve === undefined ? { name } : { name, namedCurve };
  if (hash !== undefined) {
    algorithm = { name, modulusLength, publicExponent: bigEndian(BigInt(publicExponent)), hash: { name: hash } };
  }
  return makeKey({ material, algorithm, extractable, usages });
}

function bigEndian(value: bigint): Uint8Array {
  const hex = value.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return Uint8Array.from(even.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function exportAsymmetricKey(format: string, { material, algorithm, usages }: KeySlots): Bytes | Jwk {
  const key = material as AsymmetricKey;
  const { name, hash } = algorithm;
  if (format === "jwk") {
    const alg = jwkAlgorithm(name, hash?.name);
    return { ...exportJwk(key), ...(alg === undefined ? {} : { alg }), key_ops: [...usages], ext: true };
  }
  if (format !== "pkcs8" && format !== "spki" && (format !== "raw" || hash !== undefined)) {
    throw notSupported(`A key of ${name} cannot be exported in the format "${format}"`);
  }
  if ((format === "pkcs8") !== (key.kind === "private")) {
    throw invalidAccess(`A ${key.kind} key cannot be exported in the format "${format}"`);
  }
  return format === "raw" ? rawOf(key) : exportKey(key, format as "pkcs8" | "spki");
}

function rawOf(key: AsymmetricKey): Bytes {
  const { x, y } = exportJwk(key);
  const first = bytesOfBase64url(x) as Bytes;
  if (y === undefined) return first;
  const point = new Uint8Array(1 + 2 * first.length);
  point[0] = 4;
  point.set(first, 1);
  point.set(bytesOfBase64url(y) as Bytes, 1 + first.length);
  return point;
}
