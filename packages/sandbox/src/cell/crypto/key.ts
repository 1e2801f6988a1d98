import {
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  type PrivateKeyInput,
  type PublicKeyInput,
} from "node:crypto";
import { CRYPTO_LIMITS, type CryptoKeyFacts, type CryptoRequest, EC_CURVES } from "@sluice/core";
import { kindOfKey } from "./key-algorithm.ts";
import { Refusal } from "./refusal.ts";

type KeyRequest = Extract<CryptoRequest, { do: "key" }>;

const TYPES: ReadonlySet<string> = new Set(["rsa", "rsa-pss", "ec", "ed25519", "x25519"]);
const CURVES: ReadonlySet<string> = new Set(EC_CURVES);
/** base64url of as many bytes as the largest modulus has. */
const INTEGER_CHARS_MAX = Math.ceil((CRYPTO_LIMITS.rsaBitsMax / 8) * (4 / 3));

const PSS_BYTES_MAX = 2_560;

/** A private key that a guest sent, judged. */
export function privateKey(der: Buffer): KeyObject {
  return readKey({ from: "pkcs8", as: "private" }, der);
}

export function publicKey(der: Buffer): KeyObject {
  return readKey({ from: "spki", as: "public" }, der);
}

/** Reads a key in any form, and answers facts and the key in another form. */
export function convertKey(request: KeyRequest, input: Buffer): Buffer {
  const key = readKey(request, input);
  const head = Buffer.from(JSON.stringify(factsOf(key)));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, exportKey(key, request.to)]);
}

/**
 * Garbage is refused by OpenSSL; what it would take, and then be slow with, is refused here. A key that needs a
 * passphrase says how many rounds of PBKDF2 it wants, so those never come here: the guest opens them itself.
 */
function readKey({ from, as }: Pick<KeyRequest, "from" | "as">, input: Buffer): KeyObject {
  if (input.length > CRYPTO_LIMITS.keyBytesMax) throw new Refusal("unsupported-key");
  const kind = kindOfKey(from, input);
  if (kind !== "known") throw new Refusal(kind === "other" ? "unsupported-key" : "bad-key");
  const key = parse(from, as, input);
  const { asymmetricKeyType, asymmetricKeyDetails: details } = key;
  if (asymmetricKeyType === undefined || !TYPES.has(asymmetricKeyType)) throw new Refusal("unsupported-key");
  if (asymmetricKeyType === "ec" && !CURVES.has(details?.namedCurve ?? "")) throw new Refusal("unsupported-key");
  if (asymmetricKeyType === "rsa" || asymmetricKeyType === "rsa-pss") checkRsa(key);
  return key;
}

function parse(from: KeyRequest["from"], as: KeyRequest["as"], input: Buffer): KeyObject {
  const privately = as === "private";
  try {
    if (from === "jwk") {
      const key = JSON.parse(input.toString()) as JsonWebKey;
      return privately ? createPrivateKey({ key, format: "jwk" }) : createPublicKey({ key, format: "jwk" });
    }
    // Without a passphrase an encrypted key fails before anything is derived; an empty one would be tried.
    const form = from === "pem" ? { format: "pem" } : { format: "der", type: from };
    const options = { key: input, ...form } as PrivateKeyInput;
    if (privately) return createPrivateKey(options);
    return from === "pkcs8" || from === "sec1"
      ? createPublicKey(createPrivateKey(options))
      : createPublicKey(options as PublicKeyInput);
  } catch {
    throw new Refusal("bad-key");
  }
}

/** A key whose numbers are longer than an honest one's would take many times as long to use. */
function checkRsa(key: KeyObject): void {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < CRYPTO_LIMITS.rsaBitsMin || bits > CRYPTO_LIMITS.rsaBitsMax) throw new Refusal("unsupported-key");
  if (key.asymmetricKeyType === "rsa-pss") {
    // These have no JWK form; their numbers are bounded by what the whole may weigh.
    const der = exportKey(key, key.type === "private" ? "pkcs8" : "spki");
    if (der.length > PSS_BYTES_MAX) throw new Refusal("unsupported-key");
    return;
  }
  const jwk = key.export({ format: "jwk" });
  const modulusChars = jwk.n?.length ?? 0;
  for (const [member, value] of Object.entries(jwk)) {
    // Primes and what belongs to them are half as long as the modulus.
    const charsMax = /^(p|q|dp|dq|qi)$/.test(member) ? modulusChars * 0.55 + 4 : INTEGER_CHARS_MAX;
    if (typeof value === "string" && value.length > charsMax) throw new Refusal("unsupported-key");
  }
}

function exportKey(key: KeyObject, to: KeyRequest["to"]): Buffer {
  try {
    if (to === "jwk") return Buffer.from(JSON.stringify(key.export({ format: "jwk" })));
    const source = to === "spki" && key.type === "private" ? createPublicKey(key) : key;
    return source.export({ type: to as "pkcs8", format: "der" });
  } catch {
    throw new Refusal("unsupported-key");
  }
}

function factsOf(key: KeyObject): CryptoKeyFacts {
  const { namedCurve, modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {};
  return {
    type: key.asymmetricKeyType as CryptoKeyFacts["type"],
    private: key.type === "private",
    ...(namedCurve === undefined ? {} : { curve: namedCurve }),
    ...(modulusLength === undefined ? {} : { modulusLength }),
    ...(publicExponent === undefined ? {} : { publicExponent: String(publicExponent) }),
  };
}
