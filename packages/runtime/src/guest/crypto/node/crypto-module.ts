import { EC_CURVES } from "@sluice/core";
import { loadCrypto, loadSubtle } from "../../lazy.ts";
import { HASH_NAMES } from "../hashes.ts";
import * as agreement from "./agreement.ts";
import * as cipher from "./cipher.ts";
import { constants } from "./constants.ts";
import * as generate from "./generate.ts";
import * as hashing from "./hash.ts";
import * as kdf from "./kdf.ts";
import { createPrivateKey, createPublicKey } from "./key-input.ts";
import { createSecretKey, KeyObject } from "./key-object.ts";
import { nodeError } from "./node-error.ts";
import * as random from "./random.ts";
import * as rsa from "./rsa.ts";
import * as signature from "./signature.ts";

function missing(name: string, instead: string): (...args: unknown[]) => never {
  return () => {
    throw nodeError("ERR_FEATURE_UNAVAILABLE_ON_PLATFORM", `crypto.${name} is not available in a function: ${instead}`);
  };
}

class X509Certificate {
  constructor() {
    missing("X509Certificate", "createPublicKey reads the key of a certificate; bundle @peculiar/x509 for the rest")();
  }
}

const { Hash, Hmac, createHash, createHmac, hash } = hashing;
const { Cipheriv, Decipheriv, createCipheriv, createDecipheriv } = cipher;
const { randomBytes, randomFill, randomFillSync, randomInt, randomUUID, timingSafeEqual } = random;
const { pbkdf2, pbkdf2Sync, scrypt, scryptSync, hkdf, hkdfSync } = kdf;
const { Sign, Verify, createSign, createVerify, sign, verify } = signature;
const { publicEncrypt, publicDecrypt, privateEncrypt, privateDecrypt } = rsa;
const { generateKey, generateKeySync, generateKeyPair, generateKeyPairSync } = generate;
const { ECDH, createECDH, diffieHellman } = agreement;

/** `util.promisify(generateKeyPair)` answers an object, as Node's own does. */
Object.defineProperty(generateKeyPair, Symbol.for("nodejs.util.promisify.custom"), {
  value: (type: unknown, options?: object) =>
    new Promise((resolve, reject) => {
      generateKeyPair(type, options, (error, publicKey, privateKey) => {
        if (error === null) resolve({ publicKey, privateKey });
        else reject(error);
      });
    }),
});

function getCipherInfo(name: unknown): object | undefined {
  const found = cipher.cipherNamed(name);
  if (found === undefined) return undefined;
  const { mode, keyBytes: keyLength } = found;
  const ivLength = mode === "gcm" ? 12 : 16;
  const [block, iv] = [mode === "cbc" || mode === "ecb" ? { blockSize: 16 } : {}, mode === "ecb" ? {} : { ivLength }];
  return { name: `aes-${keyLength * 8}-${mode}`, mode, keyLength, ...block, ...iv };
}

/** `node:crypto`. */
export const cryptoModule = {
  Cipheriv,
  Decipheriv,
  ECDH,
  Hash,
  Hmac,
  KeyObject,
  Sign,
  Verify,
  X509Certificate,
  constants,
  createCipheriv,
  createDecipheriv,
  createDiffieHellman: missing("createDiffieHellman", "use createECDH, or diffieHellman with X25519 keys"),
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  createSign,
  createVerify,
  diffieHellman,
  generateKey,
  generateKeyPair,
  generateKeyPairSync,
  generateKeySync,
  getCipherInfo,
  getCiphers: (): string[] => [...cipher.CIPHER_NAMES],
  getCurves: (): string[] => [...EC_CURVES],
  getFips: (): number => 0,
  getHashes: (): string[] => [...HASH_NAMES],
  getRandomValues: (array: ArrayBufferView): ArrayBufferView => loadCrypto().crypto.getRandomValues(array),
  hash,
  hkdf,
  hkdfSync,
  pbkdf2,
  pbkdf2Sync,
  privateDecrypt,
  privateEncrypt,
  publicDecrypt,
  publicEncrypt,
  randomBytes,
  randomFill,
  randomFillSync,
  randomInt,
  randomUUID,
  scrypt,
  scryptSync,
  sign,
  get subtle(): object {
    return loadSubtle().subtle;
  },
  timingSafeEqual,
  verify,
  get webcrypto(): object {
    return loadCrypto().crypto;
  },
};
