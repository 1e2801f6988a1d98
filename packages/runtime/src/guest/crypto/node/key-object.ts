import { brand } from "../../primordials.ts";
import { type Bytes, bytesOf } from "../../web/bytes.ts";
import { base64OfBytes } from "../../web/base64.ts";
import { base64urlOf } from "../base64url.ts";
import { sameBytes } from "../host.ts";
import { type AsymmetricKey, exportJwk, exportKey, type Jwk, type KeyMaterial } from "../key-material.ts";
import { type CryptoKey, slotsOf } from "../web/crypto-key.ts";
import { asBuffer, type Encoding, type NodeBuffer, ownBytes } from "./bytes-of-input.ts";
import { encryptKey } from "./encrypted-key.ts";
import { asNode, invalidType, invalidValue, nodeError } from "./node-error.ts";

const GUARD = {};

export interface ExportOptions {
  readonly format?: "pem" | "der" | "jwk" | "buffer";
  readonly type?: "pkcs1" | "pkcs8" | "sec1" | "spki";
  readonly cipher?: string;
  readonly passphrase?: string | Uint8Array;
}

const LABELS: Readonly<Record<string, string>> = {
  "private pkcs8": "PRIVATE KEY",
  "private pkcs1": "RSA PRIVATE KEY",
  "private sec1": "EC PRIVATE KEY",
  "public spki": "PUBLIC KEY",
  "public pkcs1": "RSA PUBLIC KEY",
};

let read: (key: unknown) => KeyMaterial | undefined;

export class KeyObject {
  readonly #material: KeyMaterial;

  constructor(guard: unknown, material: KeyMaterial) {
    if (guard !== GUARD) {
      throw nodeError(
        "ERR_INVALID_ARG_VALUE",
        "A KeyObject is made by createSecretKey, createPublicKey or createPrivateKey",
        TypeError,
      );
    }
    this.#material = material;
  }

  static from(key: CryptoKey): KeyObject {
    const slots = slotsOf(key);
    if (slots === undefined) throw invalidType("key", "an instance of CryptoKey", key);
    return keyObject(slots.material);
  }

  get type(): string {
    return this.#material.kind;
  }

  get symmetricKeySize(): number | undefined {
    return this.#material.kind === "secret" ? this.#material.bytes.length : undefined;
  }

  get asymmetricKeyType(): string | undefined {
    return this.#material.kind === "secret" ? undefined : this.#material.facts.type;
  }

  get asymmetricKeyDetails(): object | undefined {
    if (this.#material.kind === "secret") return undefined;
    const { curve, modulusLength, publicExponent } = this.#material.facts;
    if (curve !== undefined) return { namedCurve: curve };
    return modulusLength === undefined ? {} : { modulusLength, publicExponent: BigInt(publicExponent ?? "0") };
  }

  equals(other: unknown): boolean {
    const theirs = read(other);
    if (theirs === undefined) throw invalidType("otherKeyObject", "an instance of KeyObject", other);
    const mine = this.#material;
    if (mine.kind !== theirs.kind) return false;
    if (mine.kind === "secret") return sameBytes(mine.bytes, (theirs as { bytes: Bytes }).bytes);
    return sameBytes(mine.der, (theirs as AsymmetricKey).der);
  }

  export(options: ExportOptions = {}): NodeBuffer | string | Jwk {
    const material = this.#material;
    if (material.kind === "secret") {
      if (options.format === "jwk") return { kty: "oct", k: base64urlOf(material.bytes) };
      return asBuffer(material.bytes.slice());
    }
    return asNode(() => exportAs(material, options));
  }

  static {
    read = (key) =>
      typeof key === "object" && key !== null && #material in key ? (key as KeyObject).#material : undefined;
  }
}
brand(KeyObject, "KeyObject");

export function keyObject(material: KeyMaterial): KeyObject {
  return new KeyObject(GUARD, material);
}

/** What a KeyObject or a CryptoKey holds; undefined for anything else. */
export function materialOf(key: unknown): KeyMaterial | undefined {
  return read(key) ?? slotsOf(key)?.material;
}

/** A secret: bytes, text, or a key object that holds one. */
export function secretBytes(name: string, key: unknown, encoding?: Encoding): Bytes {
  const material = materialOf(key);
  if (material?.kind === "secret") return material.bytes;
  if (material !== undefined) {
    const message = `Invalid key object type ${material.kind}, expected secret.`;
    throw nodeError("ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE", message, TypeError);
  }
  if (typeof key !== "string" && bytesOf(key) === undefined) {
    throw invalidType(
      name,
      "of type string or an instance of Buffer, TypedArray, DataView, KeyObject, or CryptoKey",
      key,
    );
  }
  return ownBytes(name, key, encoding);
}

export function exportAs(
  key: AsymmetricKey,
  { format, type, cipher, passphrase }: ExportOptions,
): NodeBuffer | string | Jwk {
  if (format === "jwk") return exportJwk(key);
  if (format !== "pem" && format !== "der") throw invalidValue("options.format", "must be 'pem', 'der' or 'jwk'");
  const label = LABELS[`${key.kind} ${String(type)}`];
  if (label === undefined || type === undefined) {
    const types = key.kind === "public" ? "'spki' or 'pkcs1'" : "'pkcs8', 'pkcs1' or 'sec1'";
    throw invalidValue("options.type", `of a ${key.kind} key must be ${types}`);
  }
  const der = exportKey(key, type);
  if (cipher === undefined) return format === "der" ? asBuffer(der) : pemOf(label, der);
  if (type !== "pkcs8" || passphrase === undefined) {
    throw nodeError("ERR_CRYPTO_INCOMPATIBLE_KEY_OPTIONS", "A key is encrypted as pkcs8 and with a passphrase");
  }
  const sealed = encryptKey(der, cipher, passphrase);
  return format === "der" ? asBuffer(sealed) : pemOf("ENCRYPTED PRIVATE KEY", sealed);
}

function pemOf(label: string, der: Bytes): string {
  const lines = base64OfBytes(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

export function createSecretKey(key: unknown, encoding?: string): KeyObject {
  if (typeof key !== "string" && bytesOf(key) === undefined) {
    throw invalidType("key", "of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView", key);
  }
  return keyObject({ kind: "secret", bytes: ownBytes("key", key, encoding) });
}
