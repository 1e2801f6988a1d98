import type { RsaPadding } from "@sluice/core";
import { hashNamed } from "../hashes.ts";
import { compute, NO_BYTES } from "../host.ts";
import { asBuffer, bytesOfInput, type NodeBuffer } from "./bytes-of-input.ts";
import { constants } from "./constants.ts";
import { privateKeyOf, publicKeyFrom } from "./key-input.ts";
import { asNode, invalidValue, nodeError } from "./node-error.ts";

interface RsaOptions {
  readonly padding?: number;
  readonly oaepHash?: string;
  readonly oaepLabel?: unknown;
}

type Use = "encrypt" | "decrypt" | "sign" | "recover";
const FAILED = ["ERR_OSSL_RSA_OAEP_DECODING_ERROR", "error:02000079:rsa routines::oaep decoding error"] as const;
const TOO_LARGE = [
  "ERR_OSSL_RSA_DATA_TOO_LARGE_FOR_KEY_SIZE",
  "error:0200006E:rsa routines::data too large for key size",
] as const;

function run(use: Use, key: unknown, data: unknown, fallback: number): NodeBuffer {
  const options = (typeof key === "object" && key !== null ? key : {}) as RsaOptions;
  const material = use === "decrypt" || use === "sign" ? privateKeyOf(key) : publicKeyFrom(key);
  if (material.facts.type !== "rsa") {
    throw nodeError(
      "ERR_CRYPTO_UNSUPPORTED_OPERATION",
      `A key of the type ${material.facts.type} cannot ${use}: RSA can`,
    );
  }
  const hash = hashNamed(options.oaepHash ?? "sha1");
  if (hash === undefined)
    throw nodeError("ERR_CRYPTO_INVALID_DIGEST", `Invalid digest: ${options.oaepHash}`, TypeError);
  const label = options.oaepLabel === undefined ? NO_BYTES : bytesOfInput("oaepLabel", options.oaepLabel);
  const padding = paddingOf(options.padding ?? fallback);
  const bytes = bytesOfInput("buffer", data);
  const failed = use === "decrypt" || use === "recover" ? FAILED : TOO_LARGE;
  return asBuffer(asNode(() => compute({ do: "rsa", use, padding, hash }, material.der, label, bytes), failed));
}

function paddingOf(padding: number): RsaPadding {
  if (padding === constants.RSA_PKCS1_OAEP_PADDING) return "oaep";
  if (padding === constants.RSA_PKCS1_PADDING) return "pkcs1";
  if (padding === constants.RSA_NO_PADDING) return "none";
  throw invalidValue("options.padding", "must be one of crypto.constants.RSA_…_PADDING");
}

const { RSA_PKCS1_OAEP_PADDING: OAEP, RSA_PKCS1_PADDING: PKCS1 } = constants;

export const publicEncrypt = (key: unknown, data: unknown): NodeBuffer => run("encrypt", key, data, OAEP);
export const privateDecrypt = (key: unknown, data: unknown): NodeBuffer => run("decrypt", key, data, OAEP);
export const privateEncrypt = (key: unknown, data: unknown): NodeBuffer => run("sign", key, data, PKCS1);
export const publicDecrypt = (key: unknown, data: unknown): NodeBuffer => run("recover", key, data, PKCS1);
