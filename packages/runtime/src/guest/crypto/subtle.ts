import { callSync } from "../bridge/host.ts";
import { domException } from "../lazy.ts";
import {
  brand,
  IntrinsicTypeError,
  IntrinsicUint8Array,
  jsonStringify,
  objectFreeze,
  stringToUpperCase,
  toText,
} from "../primordials.ts";
import { base64OfBytes } from "../web/base64.ts";
import { type Bytes, copyBytes, requireBytes } from "../web/bytes.ts";

const KEY = {};

interface KeyParts {
  readonly bytes: Bytes;
  readonly hash: string;
  readonly extractable: boolean;
  readonly usages: readonly string[];
}

let partsOf: (key: CryptoKey) => KeyParts | undefined;

export class CryptoKey {
  readonly #parts: KeyParts;
  readonly #algorithm: object;

  constructor(guard: unknown, parts: KeyParts) {
    if (guard !== KEY) throw new IntrinsicTypeError("Illegal constructor");
    this.#parts = parts;
    this.#algorithm = { name: "HMAC", hash: { name: parts.hash }, length: parts.bytes.length * 8 };
  }

  get type(): string {
    return "secret";
  }

  get extractable(): boolean {
    return this.#parts.extractable;
  }

  get algorithm(): object {
    return this.#algorithm;
  }

  get usages(): string[] {
    return [...this.#parts.usages];
  }

  static {
    partsOf = (key) => (typeof key === "object" && key !== null && #parts in key ? key.#parts : undefined);
  }
}

type Algorithm = string | { readonly name: string; readonly hash?: string | { readonly name: string } };

function nameOf(algorithm: unknown): string {
  if (typeof algorithm === "string") return stringToUpperCase(algorithm);
  if (typeof algorithm !== "object" || algorithm === null) {
    throw new IntrinsicTypeError("The algorithm must be a name or an object with a name");
  }
  return stringToUpperCase(toText((algorithm as { name?: unknown }).name));
}

function hashOf(algorithm: unknown): string {
  const name = nameOf(algorithm);
  if (name === "SHA-1" || name === "SHA-256" || name === "SHA-384" || name === "SHA-512") return name;
  throw unsupported(name);
}

function unsupported(what: string): Error {
  return domException(
    `${what} is not supported: a function has digests (SHA-1, SHA-256, SHA-384, SHA-512) and HMAC with them. ` +
      "Bundle a package written in JavaScript or WebAssembly for anything else.",
    "NotSupportedError",
  );
}

/** The key's parts, if it may be used so. */
function usable(algorithm: Algorithm, key: CryptoKey, usage: string): KeyParts {
  const parts = partsOf(key);
  if (parts === undefined) throw new IntrinsicTypeError("The key must be a CryptoKey");
  const name = nameOf(algorithm);
  if (name !== "HMAC") throw unsupported(name);
  if (!parts.usages.includes(usage)) throw domException(`The key may not be used to ${usage}`, "InvalidAccessError");
  return parts;
}

function hmac({ hash, bytes }: KeyParts, data: unknown): ArrayBuffer {
  const text = `{"hash":${jsonStringify(hash)},"key":${jsonStringify(base64OfBytes(bytes))}}`;
  return callSync("crypto.hmac", text, copyBytes(requireBytes("The data", data)));
}

/** Always as long as the longer of the two: the time says nothing about where they differ. */
function equal(left: Uint8Array, right: Uint8Array): boolean {
  let difference = left.length ^ right.length;
  for (let at = 0; at < left.length; at++) difference |= (left[at] as number) ^ (right[at] ?? 0);
  return difference === 0;
}

export class SubtleCrypto {
  async digest(algorithm: Algorithm, data: unknown): Promise<ArrayBuffer> {
    return callSync("crypto.digest", hashOf(algorithm), copyBytes(requireBytes("The data", data)));
  }

  async importKey(
    format: string,
    keyData: unknown,
    algorithm: Algorithm,
    extractable: boolean,
    usages: readonly string[],
  ): Promise<CryptoKey> {
    if (format !== "raw") throw unsupported(`Importing a key in the format "${toText(format)}"`);
    const name = nameOf(algorithm);
    if (name !== "HMAC") throw unsupported(name);
    const hash = hashOf((algorithm as { hash?: unknown }).hash);
    const uses = [...usages];
    if (uses.length === 0 || uses.some((usage) => usage !== "sign" && usage !== "verify")) {
      throw domException("An HMAC key may be used to sign and to verify", "SyntaxError");
    }
    const bytes = new IntrinsicUint8Array(copyBytes(requireBytes("The key", keyData)));
    if (bytes.length === 0) throw domException("The key must not be empty", "DataError");
    return new CryptoKey(KEY, { bytes, hash, extractable: Boolean(extractable), usages: objectFreeze(uses) });
  }

  async exportKey(format: string, key: CryptoKey): Promise<ArrayBuffer> {
    const parts = partsOf(key);
    if (parts === undefined) throw new IntrinsicTypeError("The key must be a CryptoKey");
    if (format !== "raw") throw unsupported(`Exporting a key in the format "${toText(format)}"`);
    if (!parts.extractable) throw domException("The key is not extractable", "InvalidAccessError");
    return copyBytes(parts.bytes);
  }

  async sign(algorithm: Algorithm, key: CryptoKey, data: unknown): Promise<ArrayBuffer> {
    return hmac(usable(algorithm, key, "sign"), data);
  }

  async verify(algorithm: Algorithm, key: CryptoKey, signature: unknown, data: unknown): Promise<boolean> {
    const expected = new IntrinsicUint8Array(hmac(usable(algorithm, key, "verify"), data));
    return equal(expected, requireBytes("The signature", signature));
  }
}
brand(CryptoKey, "CryptoKey");
brand(SubtleCrypto, "SubtleCrypto");

export const subtle = new SubtleCrypto();
