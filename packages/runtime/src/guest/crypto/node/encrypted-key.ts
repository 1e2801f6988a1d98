import { type Bytes, joinBytes } from "../../web/bytes.ts";
import { loadCrypto } from "../../lazy.ts";
import { BlockState } from "../block-state.ts";
import { pbkdf2Now } from "../derive.ts";
import { digestOf } from "../digest-state.ts";
import { bytesOfInput } from "./bytes-of-input.ts";
import { bytesOfHex, der, type DerItem, derInteger, hexOf, integerOf, readDer, TAG } from "./der.ts";
import { nodeError } from "./node-error.ts";

/**
 * Private keys under a passphrase (RFC 8018, PBES2 with PBKDF2 and AES-CBC; and the older form of OpenSSL). They are
 * opened here and not by the cell, because the key itself says how many rounds its derivation takes.
 */
const PBES2 = "2a864886f70d01050d";
const PBKDF2 = "2a864886f70d01050c";
const HMAC_HASHES: Readonly<Record<string, string>> = {
  "2a864886f70d0207": "sha1",
  "2a864886f70d0209": "sha256",
  "2a864886f70d020a": "sha384",
  "2a864886f70d020b": "sha512",
};
const CIPHERS: Readonly<Record<string, number>> = {
  "608648016503040102": 16,
  "608648016503040116": 24,
  "60864801650304012a": 32,
};
/** As many as OpenSSL takes. */
const ITERATIONS = 2_048;

export function encryptKey(pkcs8: Bytes, cipher: string, passphrase: string | Uint8Array): Bytes {
  const bits = /^aes-?(128|192|256)-?cbc$/i.exec(cipher)?.[1];
  if (bits === undefined)
    throw nodeError("ERR_CRYPTO_UNKNOWN_CIPHER", `Unknown cipher for a key: ${cipher} (aes-256-cbc is one)`);
  const keyBytes = Number(bits) / 8;
  const { crypto } = loadCrypto();
  const [salt, iv] = [crypto.getRandomValues(new Uint8Array(16)), crypto.getRandomValues(new Uint8Array(16))];
  const options = { hash: "sha256", iterations: ITERATIONS, length: keyBytes };
  const key = pbkdf2Now(bytesOfInput("passphrase", passphrase), salt, options);
  const oid = Object.keys(CIPHERS).find((one) => CIPHERS[one] === keyBytes) as string;
  const prf = der(TAG.sequence, der(TAG.oid, bytesOfHex("2a864886f70d0209")), der(TAG.nil));
  const kdf = der(TAG.sequence, der(TAG.octets, salt), derInteger(ITERATIONS), prf);
  const scheme = der(
    TAG.sequence,
    der(TAG.sequence, der(TAG.oid, bytesOfHex(PBKDF2)), kdf),
    der(TAG.sequence, der(TAG.oid, bytesOfHex(oid)), der(TAG.octets, iv)),
  );
  const sealed = new BlockState(true, "cbc", key, iv).whole(pkcs8);
  return der(TAG.sequence, der(TAG.sequence, der(TAG.oid, bytesOfHex(PBES2)), scheme), der(TAG.octets, sealed));
}

/** @returns PKCS #8 */
export function decryptKey(sealed: Bytes, passphrase: unknown): Bytes {
  const secret = passphraseOf(passphrase);
  const [algorithm, data] = children(readDer(sealed)?.[0]);
  const [scheme, parameters] = children(algorithm);
  if (data === undefined || oidOf(scheme) !== PBES2) throw unsupported();
  const [kdf, encryption] = children(parameters);
  const [kdfOid, kdfParameters] = children(kdf);
  const [cipherOid, iv] = children(encryption);
  const length = CIPHERS[oidOf(cipherOid)];
  if (length === undefined || iv === undefined || oidOf(kdfOid) !== PBKDF2) throw unsupported();
  const [salt, iterations, ...optional] = children(kdfParameters);
  const prf = optional.find(({ tag }) => tag === TAG.sequence);
  const hash = prf === undefined ? "sha1" : HMAC_HASHES[oidOf(children(prf)[0])];
  const rounds = integerOf(iterations);
  if (salt === undefined || hash === undefined || !(rounds > 0)) throw unsupported();
  const key = pbkdf2Now(secret, salt.content, { hash, iterations: rounds, length });
  return open(key, iv.content, data.content);
}

/** `Proc-Type: 4,ENCRYPTED`: the key comes from MD5 over passphrase and salt. @returns PKCS #1 or SEC 1 */
export function decryptOldKey(sealed: Bytes, info: string, passphrase: unknown): Bytes {
  const secret = passphraseOf(passphrase);
  const [, bits, ivHex] = /AES-(128|192|256)-CBC,([0-9a-f]{32})/i.exec(info) ?? [];
  if (bits === undefined || ivHex === undefined) throw unsupported();
  const iv = bytesOfHex(ivHex);
  let key: Bytes = new Uint8Array(0);
  let last: Bytes = new Uint8Array(0);
  while (key.length < Number(bits) / 8) {
    last = digestOf("md5", joinBytes([last, secret, iv.slice(0, 8)]));
    key = joinBytes([key, last]);
  }
  return open(key.slice(0, Number(bits) / 8), iv, sealed);
}

function open(key: Bytes, iv: Bytes, sealed: Bytes): Bytes {
  if (iv.length !== 16) throw unsupported();
  try {
    return new BlockState(false, "cbc", key, iv).whole(sealed);
  } catch {
    throw nodeError("ERR_OSSL_BAD_DECRYPT", "error:1C800064:Provider routines::bad decrypt");
  }
}

function passphraseOf(passphrase: unknown): Bytes {
  if (passphrase !== undefined && passphrase !== null) return bytesOfInput("passphrase", passphrase);
  throw nodeError("ERR_MISSING_PASSPHRASE", "Passphrase required for encrypted key", TypeError);
}

function children(item: DerItem | undefined): readonly DerItem[] {
  return item?.tag === TAG.sequence ? (readDer(item.content) ?? []) : [];
}

function oidOf(item: DerItem | undefined): string {
  return item?.tag === TAG.oid ? hexOf(item.content) : "";
}

function unsupported(): Error {
  const message = "The key is encrypted in a way that is not supported: PBES2 with PBKDF2 and AES-CBC is";
  return nodeError("ERR_OSSL_UNSUPPORTED", message);
}
