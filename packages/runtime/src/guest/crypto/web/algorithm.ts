import { IntrinsicTypeError, IntrinsicUint8Array } from "../../primordials.ts";
import { type Bytes, copyBytes, requireBytes } from "../../web/bytes.ts";
import { type CryptoKey, slotsOf } from "./crypto-key.ts";
import { notSupported } from "./fault.ts";

export type Operation =
  | "digest"
  | "generateKey"
  | "importKey"
  | "encrypt"
  | "sign"
  | "deriveBits"
  | "wrapKey"
  | "getKeyLength";

/** An algorithm after the standard's normalization: every member read once, converted, and copied. */
export interface Algorithm {
  readonly name: string;
  readonly hash?: string;
  readonly namedCurve?: string;
  readonly modulusLength?: number;
  readonly publicExponent?: Bytes;
  readonly length?: number;
  readonly saltLength?: number;
  readonly label?: Bytes;
  readonly iv?: Bytes;
  readonly counter?: Bytes;
  readonly additionalData?: Bytes;
  readonly tagLength?: number;
  readonly salt?: Bytes;
  readonly info?: Bytes;
  readonly iterations?: number;
  readonly public?: CryptoKey;
}

type Convert = (what: string, value: unknown) => unknown;
/** A member whose name ends in `?` may be missing. */
type Members = Readonly<Record<string, Convert>>;

const bytes: Convert = (what, value) => new IntrinsicUint8Array(copyBytes(requireBytes(what, value)));
const hash: Convert = (_what, value) => normalize("digest", value).name;
const text: Convert = (_what, value) => String(value);

const whole =
  (max: number): Convert =>
  (what, value) => {
    const number = Math.trunc(Number(value));
    if (number >= 0 && number <= max) return number;
    throw new IntrinsicTypeError(`${what} must be a whole number from 0 to ${max}`);
  };
const [octet, short, long] = [whole(0xff), whole(0xffff), whole(0xffffffff)] as const;

const bigInteger: Convert = (what, value) => {
  if (value instanceof Uint8Array) return new IntrinsicUint8Array(copyBytes(value as Bytes));
  throw new IntrinsicTypeError(`${what} must be a Uint8Array`);
};
const key: Convert = (what, value) => {
  if (slotsOf(value) !== undefined) return value;
  throw new IntrinsicTypeError(`${what} must be a CryptoKey`);
};

const NONE: Members = {};
const rsa = {
  generateKey: { hash, modulusLength: long, publicExponent: bigInteger },
  importKey: { hash },
};
const aes = { generateKey: { length: short }, importKey: NONE, getKeyLength: { length: short } };

const REGISTRY: Readonly<Record<string, Partial<Record<Operation, Members>>>> = {
  "SHA-1": { digest: NONE },
  "SHA-256": { digest: NONE },
  "SHA-384": { digest: NONE },
  "SHA-512": { digest: NONE },
  HMAC: {
    generateKey: { hash, "length?": long },
    importKey: { hash, "length?": long },
    getKeyLength: { hash, "length?": long },
    sign: NONE,
  },
  "AES-CBC": { ...aes, encrypt: { iv: bytes } },
  "AES-CTR": { ...aes, encrypt: { counter: bytes, length: octet } },
  "AES-GCM": { ...aes, encrypt: { iv: bytes, "additionalData?": bytes, "tagLength?": octet } },
  "AES-KW": { ...aes, wrapKey: NONE },
  "RSASSA-PKCS1-v1_5": { ...rsa, sign: NONE },
  "RSA-PSS": { ...rsa, sign: { saltLength: long } },
  "RSA-OAEP": { ...rsa, encrypt: { "label?": bytes } },
  ECDSA: { generateKey: { namedCurve: text }, importKey: { namedCurve: text }, sign: { hash } },
  ECDH: { generateKey: { namedCurve: text }, importKey: { namedCurve: text }, deriveBits: { public: key } },
  Ed25519: { generateKey: NONE, importKey: NONE, sign: NONE },
  X25519: { generateKey: NONE, importKey: NONE, deriveBits: { public: key } },
  HKDF: { importKey: NONE, deriveBits: { hash, salt: bytes, info: bytes }, getKeyLength: NONE },
  PBKDF2: { importKey: NONE, deriveBits: { hash, salt: bytes, iterations: long }, getKeyLength: NONE },
};
const NAMES = new Map(Object.keys(REGISTRY).map((name) => [name.toLowerCase(), name]));

/**
 * The standard's "normalize an algorithm". Members are read once and copied, so that getters and later changes of
 * theirs have no second word.
 */
export function normalize(operation: Operation, algorithm: unknown): Algorithm {
  const named = nameOf(algorithm);
  const name = NAMES.get(named.toLowerCase());
  const members = name === undefined ? undefined : REGISTRY[name]?.[operation];
  if (name === undefined || members === undefined) throw notSupported(explain(operation, named));
  const normal: Record<string, unknown> = { name };
  for (const [member, convert] of Object.entries(members)) {
    const field = member.replace("?", "");
    const value = typeof algorithm === "object" ? (algorithm as Record<string, unknown>)[field] : undefined;
    if (value !== undefined) normal[field] = convert(`${name}: ${field}`, value);
    else if (field === member) throw new IntrinsicTypeError(`${name}: ${field} is missing`);
  }
  return normal as unknown as Algorithm;
}

export function supports(operation: Operation, name: string): boolean {
  return REGISTRY[name]?.[operation] !== undefined;
}

function nameOf(algorithm: unknown): string {
  if (typeof algorithm === "string") return algorithm;
  const name = typeof algorithm === "object" ? (algorithm as { name?: unknown } | null)?.name : undefined;
  if (name === undefined) throw new IntrinsicTypeError("The algorithm must be a name or an object with a name");
  return String(name);
}

function explain(operation: Operation, name: string): string {
  const known = Object.keys(REGISTRY).filter((one) => supports(operation, one));
  return `${operation} does not know ${JSON.stringify(name.slice(0, 50))}: it has ${known.join(", ")}`;
}
