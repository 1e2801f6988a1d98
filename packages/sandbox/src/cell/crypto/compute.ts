import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  diffieHellman,
  generateKeyPairSync,
  pbkdf2Sync,
  privateDecrypt,
  privateEncrypt,
  publicDecrypt,
  publicEncrypt,
  sign,
  type SignKeyObjectInput,
  verify,
} from "node:crypto";
import { CRYPTO_LIMITS, type CryptoRequest, EC_CURVES } from "@sluice/core";
import { convertKey, privateKey, publicKey } from "./key.ts";
import { Refusal } from "./refusal.ts";
import { hashName, oneOf, part, pbkdf2Request, readRequest, wholeNumber } from "./request.ts";

type Of<Kind extends CryptoRequest["do"]> = Extract<CryptoRequest, { do: Kind }>;

const CIPHERS = [128, 192, 256].flatMap((bits) => [
  `aes-${bits}-cbc`,
  `aes-${bits}-ctr`,
  `aes-${bits}-ecb`,
  `id-aes${bits}-wrap`,
]);
const TAG_BYTES = 16;
const PADDINGS = {
  pkcs1: constants.RSA_PKCS1_PADDING,
  oaep: constants.RSA_PKCS1_OAEP_PADDING,
  none: constants.RSA_NO_PADDING,
} as const;

/**
 * Answers `crypto.compute` while the guest waits, on the cell's main thread. Every case costs at most what its bound in
 * CRYPTO_LIMITS allows and keeps nothing.
 *
 * @throws Refusal, or whatever OpenSSL throws
 */
export function compute(text: string, bytes: Uint8Array): Buffer {
  const { request, parts } = readRequest(text, bytes);
  const asked = request as CryptoRequest;
  switch (asked.do) {
    case "digest":
      return createHash(hashName(asked.hash)).update(part(parts, 0)).digest();
    case "hmac":
      return createHmac(hashName(asked.hash), part(parts, 0)).update(part(parts, 1)).digest();
    case "cipher":
      return cipher(asked, parts);
    case "gcm":
      return gcm(asked, parts);
    case "sign":
      return sign(hashOrNull(asked), part(parts, 1), scheme(asked, privateKey(part(parts, 0))));
    case "verify": {
      const key = publicKey(part(parts, 0));
      const right = verify(hashOrNull(asked), part(parts, 1), scheme(asked, key), part(parts, 2));
      return Buffer.of(right ? 1 : 0);
    }
    case "rsa":
      return rsa(asked, parts);
    case "agree":
      return diffieHellman({ privateKey: privateKey(part(parts, 0)), publicKey: publicKey(part(parts, 1)) });
    case "key":
      return convertKey(asked, part(parts, 0));
    case "generate":
      return generate(asked);
    case "pbkdf2": {
      const { hash, iterations, length } = pbkdf2Request(asked, CRYPTO_LIMITS.pbkdf2ComputeCostMax);
      return pbkdf2Sync(part(parts, 0), part(parts, 1), iterations, length, hash);
    }
    default:
      throw new Refusal("bad-request");
  }
}

function cipher({ cipher: name, encrypt }: Of<"cipher">, parts: readonly Buffer[]): Buffer {
  const algorithm = oneOf(name, CIPHERS);
  const key = part(parts, 0);
  const iv = algorithm.endsWith("ecb") ? null : part(parts, 1);
  const run = encrypt ? createCipheriv(algorithm, key, iv) : createDecipheriv(algorithm, key, iv);
  if (/-(cbc|ecb)$/.test(algorithm)) run.setAutoPadding(false);
  const done = run.update(part(parts, 2));
  const rest = run.final();
  return rest.length === 0 ? done : Buffer.concat([done, rest]);
}

/** GCM made of its own two halves, so that the tag of what was decrypted can be compared by the guest. */
function gcm({ encrypt }: Of<"gcm">, parts: readonly Buffer[]): Buffer {
  const [key, iv, additional, data] = [part(parts, 0), part(parts, 1), part(parts, 2), part(parts, 3)];
  const algorithm = oneOf(`aes-${key.length * 8}-gcm`, ["aes-128-gcm", "aes-192-gcm", "aes-256-gcm"]);
  const options = { authTagLength: TAG_BYTES };
  const clear = encrypt ? data : createDecipheriv(algorithm, key, iv, options).update(data);
  const sealed = createCipheriv(algorithm, key, iv, options).setAAD(additional);
  const dark = sealed.update(clear);
  sealed.final();
  return Buffer.concat([encrypt ? dark : clear, sealed.getAuthTag()]);
}

function hashOrNull({ hash }: { readonly hash: string | null }): string | null {
  return hash === null ? null : hashName(hash);
}

function scheme(asked: Of<"sign"> | Of<"verify">, key: ReturnType<typeof privateKey>): SignKeyObjectInput {
  const dsaEncoding = oneOf(asked.encoding, ["der", "ieee-p1363"]);
  const rsaKey = key.asymmetricKeyType === "rsa" || key.asymmetricKeyType === "rsa-pss";
  if (!rsaKey) return { key, dsaEncoding };
  if (asked.padding === "pss") {
    const saltLength = wholeNumber(asked.saltLength, -2, CRYPTO_LIMITS.rsaBitsMax / 8);
    return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
  }
  return key.asymmetricKeyType === "rsa" ? { key, padding: constants.RSA_PKCS1_PADDING } : { key };
}

function rsa({ use, padding, hash }: Of<"rsa">, parts: readonly Buffer[]): Buffer {
  const privately = oneOf(use, ["encrypt", "decrypt", "sign", "recover"]) === "decrypt" || use === "sign";
  const key = privately ? privateKey(part(parts, 0)) : publicKey(part(parts, 0));
  const label = part(parts, 1);
  const kind = oneOf(padding, ["pkcs1", "oaep", "none"]);
  const oaep = kind === "oaep" ? { oaepHash: hashName(hash), ...(label.length > 0 ? { oaepLabel: label } : {}) } : {};
  const options = { key, padding: PADDINGS[kind], ...oaep };
  const data = part(parts, 2);
  if (use === "encrypt") return publicEncrypt(options, data);
  if (use === "decrypt") return privateDecrypt(options, data);
  return use === "sign" ? privateEncrypt(options, data) : publicDecrypt(options, data);
}

function generate({ type, curve }: Of<"generate">): Buffer {
  const form = { type: "pkcs8", format: "der" } as const;
  switch (oneOf(type, ["ec", "ed25519", "x25519"])) {
    case "ec":
      return generateKeyPairSync("ec", { namedCurve: oneOf(curve, EC_CURVES) }).privateKey.export(form);
    case "ed25519":
      return generateKeyPairSync("ed25519").privateKey.export(form);
    case "x25519":
      return generateKeyPairSync("x25519").privateKey.export(form);
  }
}
