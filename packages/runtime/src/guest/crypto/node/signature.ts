import { CRYPTO_LIMITS, type SignatureScheme } from "@sluice/core";
import { type Bytes, joinBytes } from "../../web/bytes.ts";
import { hashNamed } from "../hashes.ts";
import { compute } from "../host.ts";
import type { AsymmetricKey } from "../key-material.ts";
import { type Encoding, type NodeBuffer, output, ownBytes } from "./bytes-of-input.ts";
import { constants } from "./constants.ts";
import { privateKeyOf, publicKeyFrom } from "./key-input.ts";
import { asNode, type Callback, invalidType, invalidValue, nodeError } from "./node-error.ts";
import { settle } from "./settle.ts";
import { StreamFace } from "./stream-face.ts";

interface SignOptions {
  readonly padding?: number;
  readonly saltLength?: number;
  readonly dsaEncoding?: "der" | "ieee-p1363";
}

type Fault = readonly [code: string, message: string];
const SIGN_FAILED: Fault = ["ERR_OSSL_RSA_DIGEST_TOO_BIG_FOR_RSA_KEY", "The key is too small for the digest"];

function schemeOf(key: AsymmetricKey, algorithm: unknown, options: unknown, verifies: boolean): SignatureScheme {
  const {
    padding,
    saltLength,
    dsaEncoding = "der",
  } = (typeof options === "object" && options !== null ? options : {}) as SignOptions;
  if (dsaEncoding !== "der" && dsaEncoding !== "ieee-p1363") {
    throw invalidValue("options.dsaEncoding", "must be 'der' or 'ieee-p1363'");
  }
  const hash = hashOf(key, algorithm);
  if (key.facts.type !== "rsa" && key.facts.type !== "rsa-pss")
    return { hash, padding: null, saltLength: 0, encoding: dsaEncoding };
  const pss = padding === constants.RSA_PKCS1_PSS_PADDING || (padding === undefined && key.facts.type === "rsa-pss");
  if (!pss && padding !== undefined && padding !== constants.RSA_PKCS1_PADDING) {
    throw invalidValue("options.padding", "must be RSA_PKCS1_PADDING or RSA_PKCS1_PSS_PADDING");
  }
  const automatic = verifies ? constants.RSA_PSS_SALTLEN_AUTO : constants.RSA_PSS_SALTLEN_MAX_SIGN;
  return { hash, padding: pss ? "pss" : "pkcs1", saltLength: saltLength ?? automatic, encoding: dsaEncoding };
}

function hashOf(key: AsymmetricKey, algorithm: unknown): string | null {
  if (key.facts.type === "ed25519" || key.facts.type === "x25519") {
    if (algorithm === null || algorithm === undefined) return null;
    throw nodeError(
      "ERR_CRYPTO_UNSUPPORTED_OPERATION",
      "Unsupported crypto operation: Ed25519 has no choice of a digest",
    );
  }
  return digestNamed(algorithm ?? "sha256");
}

function digestNamed(algorithm: unknown): string {
  if (typeof algorithm !== "string") throw invalidType("algorithm", "of type string", algorithm);
  // Old names say with what key: `RSA-SHA256`, `ecdsa-with-SHA256`.
  const name = hashNamed(algorithm.replace(/^ecdsa-with-/i, "").replace(/WithRSAEncryption$/i, ""));
  if (name === undefined) throw nodeError("ERR_CRYPTO_INVALID_DIGEST", `Invalid digest: ${algorithm}`, TypeError);
  return name;
}

function signBytes(algorithm: unknown, data: Bytes, key: unknown): Bytes {
  const material = privateKeyOf(key);
  const scheme = schemeOf(material, algorithm, key, false);
  return asNode(() => compute({ do: "sign", ...scheme }, material.der, data), SIGN_FAILED);
}

function verifyBytes(algorithm: unknown, data: Bytes, key: unknown, signature: Bytes): boolean {
  const material = publicKeyFrom(key);
  const scheme = schemeOf(material, algorithm, key, true);
  return asNode(() => compute({ do: "verify", ...scheme }, material.der, data, signature))[0] === 1;
}

/** Data is kept until it is signed: the cell keeps no state, and OpenSSL signs nothing that is hashed already. */
abstract class Signing extends StreamFace {
  protected readonly algorithm: string;
  #chunks: Bytes[] = [];
  #length = 0;

  constructor(algorithm: unknown) {
    super();
    this.algorithm = digestNamed(algorithm);
  }

  update(data: unknown, inputEncoding?: Encoding): this {
    const bytes = ownBytes("data", data, inputEncoding);
    this.#length += bytes.length;
    if (this.#length > CRYPTO_LIMITS.computeBytesMax - CRYPTO_LIMITS.keyBytesMax) {
      throw nodeError(
        "ERR_OUT_OF_RANGE",
        "At most 8 MiB can be signed or verified at once: sign a hash of it",
        RangeError,
      );
    }
    this.#chunks.push(bytes);
    return this;
  }

  _transform(chunk: unknown, encoding: Encoding, done: (error: unknown) => void): void {
    this.update(chunk, encoding);
    done(null);
  }

  _flush(done: (error: unknown) => void): void {
    done(null);
  }

  protected takeData(): Bytes {
    const data = joinBytes(this.#chunks);
    this.#chunks = [];
    return data;
  }
}

export class Sign extends Signing {
  sign(key: unknown, outputEncoding?: Encoding): NodeBuffer | string {
    if (key === undefined || key === null) throw nodeError("ERR_CRYPTO_SIGN_KEY_REQUIRED", "No key provided to sign");
    return output(signBytes(this.algorithm, this.takeData(), key), outputEncoding);
  }
}

export class Verify extends Signing {
  verify(key: unknown, signature: unknown, signatureEncoding?: Encoding): boolean {
    return verifyBytes(this.algorithm, this.takeData(), key, ownBytes("signature", signature, signatureEncoding));
  }
}

export const createSign = (algorithm: unknown): Sign => new Sign(algorithm);
export const createVerify = (algorithm: unknown): Verify => new Verify(algorithm);

export function sign(algorithm: unknown, data: unknown, key: unknown, callback?: Callback<[unknown]>): unknown {
  const run = () => output(signBytes(algorithm, ownBytes("data", data), key));
  if (callback === undefined) return run();
  settle(callback, async () => run());
  return undefined;
}

export function verify(
  algorithm: unknown,
  data: unknown,
  key: unknown,
  signature: unknown,
  callback?: Callback<[boolean]>,
): boolean | undefined {
  const run = () => verifyBytes(algorithm, ownBytes("data", data), key, ownBytes("signature", signature));
  if (callback === undefined) return run();
  settle(callback, async () => run());
  return undefined;
}
