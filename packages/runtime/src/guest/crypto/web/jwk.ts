import type { Bytes } from "../../web/bytes.ts";
import { base64urlOf, bytesOfBase64url } from "../base64url.ts";
import { bytesOfAscii, type Jwk } from "../key-material.ts";
import { dataError } from "./fault.ts";

const HASH_SUFFIX: Readonly<Record<string, string>> = {
  "SHA-1": "1",
  "SHA-256": "256",
  "SHA-384": "384",
  "SHA-512": "512",
};
const MEMBERS = ["kty", "use", "alg", "crv", "x", "y", "d", "n", "e", "p", "q", "dp", "dq", "qi", "k"] as const;

/** Web IDL's conversion to JsonWebKey: each member is read once. */
export function readJwk(value: unknown): Jwk {
  if (typeof value !== "object" || value === null) throw new TypeError("The key must be a JsonWebKey object");
  const source = value as Jwk;
  const jwk: Jwk = {};
  for (const member of MEMBERS) {
    const found = source[member];
    if (found !== undefined) jwk[member] = String(found);
  }
  const { ext, key_ops: operations, oth } = source;
  if (ext !== undefined) jwk["ext"] = Boolean(ext);
  if (operations !== undefined) jwk["key_ops"] = Array.from(operations as Iterable<unknown>, String);
  if (oth !== undefined) throw dataError("RSA keys with more than two primes are not supported");
  return jwk;
}

export interface JwkExpectation {
  readonly kty: string;
  readonly use: "sig" | "enc" | undefined;
  readonly alg: readonly (string | undefined)[];
  readonly extractable: boolean;
  readonly usages: readonly string[];
}

/** What a JWK says of itself must agree with what it is imported for. */
export function checkJwk(jwk: Jwk, { kty, use, alg, extractable, usages }: JwkExpectation): void {
  if (jwk["kty"] !== kty) throw dataError(`The JWK's "kty" must be "${kty}"`);
  if (jwk["use"] !== undefined && use !== undefined && usages.length > 0 && jwk["use"] !== use) {
    throw dataError(`The JWK's "use" must be "${use}"`);
  }
  const operations = jwk["key_ops"] as readonly string[] | undefined;
  if (operations !== undefined) {
    if (new Set(operations).size !== operations.length) throw dataError(`The JWK's "key_ops" repeat themselves`);
    if (usages.some((usage) => !operations.includes(usage))) {
      throw dataError(`The JWK's "key_ops" do not hold all the usages asked for`);
    }
  }
  if (jwk["ext"] === false && extractable) throw dataError("The JWK says that it is not extractable");
  if (jwk["alg"] !== undefined && alg.length > 0 && !alg.includes(jwk["alg"] as string)) {
    throw dataError(`The JWK's "alg" must be ${alg.join(" or ")}`);
  }
}

/** The `alg` of a key by its algorithm, where JWA has one. */
export function jwkAlgorithm(name: string, hash: string | undefined, bits = 0): string | undefined {
  const suffix = HASH_SUFFIX[hash ?? ""] ?? "";
  switch (name) {
    case "HMAC":
      return `HS${suffix}`;
    case "RSASSA-PKCS1-v1_5":
      return `RS${suffix}`;
    case "RSA-PSS":
      return `PS${suffix}`;
    case "RSA-OAEP":
      return suffix === "1" ? "RSA-OAEP" : `RSA-OAEP-${suffix}`;
    case "Ed25519":
      return "Ed25519";
    default:
      return name.startsWith("AES-") ? `A${bits}${name.slice(4)}` : undefined;
  }
}

export function secretOfJwk(jwk: Jwk): Bytes {
  const bytes = bytesOfBase64url(jwk["k"]);
  if (bytes === undefined) throw dataError('The JWK\'s "k" must be base64url');
  return bytes;
}

export function jwkOfSecret(bytes: Bytes): Jwk {
  return { kty: "oct", k: base64urlOf(bytes) };
}

/** Only what makes up the key: what else is in a JWK is none of the host's business. */
export function jwkBytes(jwk: Jwk): Bytes {
  const { kty, crv, x, y, d, n, e, p, q, dp, dq, qi } = jwk;
  return bytesOfAscii(JSON.stringify({ kty, crv, x, y, d, n, e, p, q, dp, dq, qi }));
}
