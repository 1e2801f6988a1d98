import { CRYPTO_LIMITS } from "@sluice/core";
import { loadCrypto } from "../../lazy.ts";
import { computeLater } from "../host.ts";
import { type AsymmetricKey, generateKey as generateAsymmetric, publicKeyOf, readKey } from "../key-material.ts";
import { type ExportOptions, exportAs, type KeyObject, keyObject } from "./key-object.ts";
import {
  asNode,
  type Callback,
  checkCallback,
  checkInteger,
  invalidType,
  invalidValue,
  nodeError,
} from "./node-error.ts";
import { settle } from "./settle.ts";

interface PairOptions {
  readonly modulusLength?: number;
  readonly publicExponent?: number;
  readonly namedCurve?: string;
  readonly publicKeyEncoding?: ExportOptions;
  readonly privateKeyEncoding?: ExportOptions;
}

const CURVES: Readonly<Record<string, string>> = {
  "P-256": "prime256v1",
  "P-384": "secp384r1",
  "P-521": "secp521r1",
  secp256r1: "prime256v1",
  prime256v1: "prime256v1",
  secp384r1: "secp384r1",
  secp521r1: "secp521r1",
  secp256k1: "secp256k1",
};
export const CURVE_NAMES = ["prime256v1", "secp256k1", "secp384r1", "secp521r1"];

export function curveNamed(name: unknown): string {
  const curve = typeof name === "string" && Object.hasOwn(CURVES, name) ? CURVES[name] : undefined;
  if (curve !== undefined) return curve;
  throw nodeError(
    "ERR_CRYPTO_INVALID_CURVE",
    `Invalid EC curve name: ${String(name)} (${CURVE_NAMES.join(", ")})`,
    TypeError,
  );
}

export function generateKeyPairSync(type: unknown, options: PairOptions = {}): unknown {
  if (type === "rsa" || type === "rsa-pss") {
    throw nodeError(
      "ERR_CRYPTO_UNSUPPORTED_OPERATION",
      "An RSA key takes too long to make for a synchronous call: use `await util.promisify(crypto.generateKeyPair)" +
        "('rsa', options)`, or `crypto.subtle.generateKey`; EC and Ed25519 keys can be made synchronously",
      RangeError,
    );
  }
  return pairOf(
    asNode(() => generateNow(type, options)),
    options,
  );
}

function generateNow(type: unknown, { namedCurve }: PairOptions): AsymmetricKey {
  if (type === "ec") return generateAsymmetric("ec", curveNamed(namedCurve));
  if (type === "ed25519" || type === "x25519") return generateAsymmetric(type);
  throw invalidValue("type", "must be 'rsa', 'ec', 'ed25519' or 'x25519'");
}

export function generateKeyPair(
  type: unknown,
  ...rest: [PairOptions | undefined, Callback<[unknown, unknown]>] | [Callback<[unknown, unknown]>]
): void {
  const callback = rest.at(-1) as Callback<[unknown, unknown]>;
  checkCallback(callback);
  const options = (rest.length === 2 ? rest[0] : undefined) ?? ({} as PairOptions);
  const make = type === "rsa" ? rsaMaker(options) : async () => asNode(() => generateNow(type, options));
  const then: Callback<[{ publicKey: unknown; privateKey: unknown }]> = (error, pair) => {
    if (error === null) callback(null, pair.publicKey, pair.privateKey);
    else (callback as (error: Error) => void)(error);
  };
  settle(then, async () => pairOf(await make(), options));
}

function rsaMaker({ modulusLength, publicExponent = 65_537 }: PairOptions): () => Promise<AsymmetricKey> {
  const { rsaBitsMin, rsaBitsMax } = CRYPTO_LIMITS;
  const bits = checkInteger("options.modulusLength", modulusLength, rsaBitsMin, rsaBitsMax);
  const exponent = checkInteger("options.publicExponent", publicExponent, 3, 2 ** 32 - 1);
  return async () => readKey("pkcs8", "private", await computeLater({ do: "generate-rsa", bits, exponent }));
}

function pairOf(key: AsymmetricKey, { publicKeyEncoding, privateKeyEncoding }: PairOptions) {
  const publicKey = publicKeyOf(key);
  return {
    publicKey: publicKeyEncoding === undefined ? keyObject(publicKey) : exportAs(publicKey, publicKeyEncoding),
    privateKey: privateKeyEncoding === undefined ? keyObject(key) : exportAs(key, privateKeyEncoding),
  };
}

interface SecretOptions {
  readonly length: number;
}

export function generateKeySync(type: unknown, { length }: SecretOptions): KeyObject {
  if (type !== "hmac" && type !== "aes") throw invalidValue("type", "must be 'hmac' or 'aes'");
  if (typeof length !== "number") throw invalidType("options.length", "of type number", length);
  if (type === "aes" && ![128, 192, 256].includes(length))
    throw invalidValue("options.length", "must be 128, 192 or 256");
  const bytes = Math.floor(checkInteger("options.length", length, 8, 65_536 * 8) / 8);
  return keyObject({ kind: "secret", bytes: loadCrypto().crypto.getRandomValues(new Uint8Array(bytes)) });
}

export function generateKey(type: unknown, options: SecretOptions, callback: Callback<[KeyObject]>): void {
  checkCallback(callback);
  const key = generateKeySync(type, options);
  settle(callback, async () => key);
}
