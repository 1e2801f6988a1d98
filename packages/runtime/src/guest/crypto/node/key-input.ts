import { atob } from "../../web/base64.ts";
import { type Bytes, bytesOf } from "../../web/bytes.ts";
import { type AsymmetricKey, bytesOfAscii, type Jwk, publicKeyOf, readKey } from "../key-material.ts";
import { jwkBytes, readJwk } from "../web/jwk.ts";
import { output, ownBytes } from "./bytes-of-input.ts";
import { decryptKey, decryptOldKey } from "./encrypted-key.ts";
import { type KeyObject, keyObject, materialOf } from "./key-object.ts";
import { asNode, invalidType, invalidValue, nodeError } from "./node-error.ts";

interface KeyInput {
  readonly key?: unknown;
  readonly format?: string;
  readonly type?: string;
  readonly passphrase?: unknown;
  readonly encoding?: string;
}

const PEM = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/;

export function createPrivateKey(input: unknown): KeyObject {
  const material = materialOf(input);
  if (material !== undefined) throw invalidType("key", "of type string or an instance of Buffer or Object", input);
  return keyObject(privateKeyOf(input));
}

export function createPublicKey(input: unknown): KeyObject {
  const material = materialOf(input);
  if (material?.kind === "public") throw invalidKind("public", "private");
  return keyObject(publicKeyFrom(input));
}

/** The private key in anything that Node takes for one. */
export function privateKeyOf(input: unknown): AsymmetricKey {
  const options = optionsOf(input);
  const material = materialOf(options.key);
  if (material === undefined) return asNode(() => parsePrivate(options));
  if (material.kind === "private") return material;
  throw invalidKind(material.kind, "private");
}

/** The public key in anything that Node takes for one: of private keys and certificates too. */
export function publicKeyFrom(input: unknown): AsymmetricKey {
  const options = optionsOf(input);
  const material = materialOf(options.key);
  if (material === undefined) return asNode(() => parsePublic(options));
  if (material.kind === "secret") throw invalidKind("secret", "private or public");
  return publicKeyOf(material);
}

function invalidKind(kind: string, expected: string): Error {
  const message = `Invalid key object type ${kind}, expected ${expected}.`;
  return nodeError("ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE", message, TypeError);
}

function optionsOf(input: unknown): KeyInput {
  if (typeof input === "object" && input !== null && bytesOf(input) === undefined && materialOf(input) === undefined) {
    return input as KeyInput;
  }
  return { key: input };
}

function parsePrivate({ key, format = "pem", type, passphrase, encoding }: KeyInput): AsymmetricKey {
  if (format === "jwk") return readKey("jwk", "private", jwkBytes(jwkOf(key)));
  if (format === "der") {
    const bytes = derOf(key, encoding);
    if (type === "pkcs8") return readKey("pkcs8", "private", openIfSealed(bytes, passphrase));
    if (type === "pkcs1" || type === "sec1") return readKey(type, "private", bytes);
    throw invalidValue("options.type", "must be 'pkcs8', 'pkcs1' or 'sec1'");
  }
  const text = textOf(key, encoding);
  const [pem, label, body = ""] = PEM.exec(text) ?? [];
  if (pem === undefined) return readKey("pem", "private", bytesOfAscii("-"));
  if (label === "ENCRYPTED PRIVATE KEY") return readKey("pkcs8", "private", decryptKey(decoded(body), passphrase));
  if (!body.includes("Proc-Type: 4,ENCRYPTED")) return readKey("pem", "private", bytesOfAscii(pem));
  const [head = "", ...rest] = body.trim().split(/\r?\n\r?\n/);
  const der = decryptOldKey(decoded(rest.join("")), head, passphrase);
  return readKey(label === "EC PRIVATE KEY" ? "sec1" : "pkcs1", "private", der);
}

function openIfSealed(bytes: Bytes, passphrase: unknown): Bytes {
  const first = bytes[(bytes[1] ?? 0) < 0x80 ? 2 : 2 + ((bytes[1] ?? 0) & 0x7f)];
  return first === 0x30 ? decryptKey(bytes, passphrase) : bytes;
}

function parsePublic(options: KeyInput): AsymmetricKey {
  const { key, format = "pem", type, encoding } = options;
  if (format === "jwk") return readKey("jwk", "public", jwkBytes({ ...jwkOf(key), d: undefined }));
  if (format === "der") {
    if (type === "pkcs8" || type === "sec1") return publicKeyOf(parsePrivate(options));
    if (type === "spki" || type === "pkcs1") return readKey(type, "public", derOf(key, encoding));
    throw invalidValue("options.type", "must be 'spki' or 'pkcs1'");
  }
  const text = textOf(key, encoding);
  const [pem, label = ""] = PEM.exec(text) ?? [];
  if (label.endsWith("PRIVATE KEY")) return publicKeyOf(parsePrivate(options));
  return readKey("pem", "public", bytesOfAscii(pem ?? "-"));
}

function jwkOf(key: unknown): Jwk {
  if (typeof key === "object" && key !== null) return readJwk(key);
  throw invalidType("key.key", "of type object", key);
}

function derOf(key: unknown, encoding: string | undefined): Bytes {
  return ownBytes("key.key", key, encoding);
}

function textOf(key: unknown, encoding: string | undefined): string {
  if (typeof key === "string") return key;
  if (bytesOf(key) === undefined) {
    const expected =
      "of type string or an instance of ArrayBuffer, Buffer, TypedArray, DataView, KeyObject, or CryptoKey";
    throw invalidType("key", expected, key);
  }
  return output(ownBytes("key", key, encoding), "latin1") as string;
}

function decoded(base64: string): Bytes {
  try {
    return bytesOfAscii(atob(base64));
  } catch {
    throw nodeError("ERR_OSSL_UNSUPPORTED", "error:1E08010C:DECODER routines::unsupported");
  }
}
