import type { Bytes } from "../../web/bytes.ts";
import { DigestState, digestOf } from "../digest-state.ts";
import { guestHash, hashNamed } from "../hashes.ts";
import { bytesOfInput, type Encoding, type NodeBuffer, output, ownBytes } from "./bytes-of-input.ts";
import { secretBytes } from "./key-object.ts";
import { invalidType, nodeError } from "./node-error.ts";
import { StreamFace } from "./stream-face.ts";

const finalized = (): Error => nodeError("ERR_CRYPTO_HASH_FINALIZED", "Digest already called");

interface HashOptions {
  readonly outputLength?: number;
}

interface Digester {
  update(data: Bytes): void;
  digest(): Bytes;
  copy(): Digester;
}

const loadSha3 = () => require("@noble/hashes/sha3.js") as typeof import("@noble/hashes/sha3.js");

interface Shake {
  update(data: Uint8Array): unknown;
  digest(): Uint8Array;
  clone(): unknown;
}

/** SHAKE, whose output is as long as asked. */
class ShakeState implements Digester {
  readonly #shake: Shake;

  constructor(shake: Shake) {
    this.#shake = shake;
  }

  update(data: Bytes): void {
    this.#shake.update(data);
  }

  digest(): Bytes {
    return this.#shake.digest() as Bytes;
  }

  copy(): ShakeState {
    return new ShakeState(this.#shake.clone() as Shake);
  }
}

function digester(algorithm: unknown, outputLength: number | undefined): Digester {
  if (typeof algorithm !== "string") throw invalidType("algorithm", "of type string", algorithm);
  const shake = /^shake-?(128|256)$/i.exec(algorithm)?.[1];
  if (shake !== undefined) {
    const { shake128, shake256 } = loadSha3();
    const dkLen = outputLength ?? (shake === "128" ? 16 : 32);
    return new ShakeState((shake === "128" ? shake128 : shake256).create({ dkLen }));
  }
  const name = hashNamed(algorithm);
  if (name === undefined) throw nodeError("ERR_OSSL_EVP_UNSUPPORTED", "Digest method not supported");
  if (outputLength !== undefined && outputLength !== guestHash(name).outputLen) {
    throw nodeError("ERR_OSSL_EVP_NOT_XOF_OR_INVALID_LENGTH", "Unsupported state or unable to set the output length");
  }
  return new DigestState(name);
}

export class Hash extends StreamFace {
  readonly #state: Digester;
  #done = false;

  constructor(algorithm: unknown, options?: HashOptions, state?: Digester) {
    super();
    this.#state = state ?? digester(algorithm, options?.outputLength);
  }

  update(data: unknown, inputEncoding?: Encoding): this {
    if (this.#done) throw finalized();
    this.#state.update(ownBytes("data", data, inputEncoding));
    return this;
  }

  digest(outputEncoding?: Encoding): NodeBuffer | string {
    if (this.#done) throw finalized();
    this.#done = true;
    return output(this.#state.digest(), outputEncoding);
  }

  _transform(chunk: unknown, encoding: Encoding, done: (error: unknown) => void): void {
    this.update(chunk, encoding);
    done(null);
  }

  _flush(done: (error: unknown, data: unknown) => void): void {
    done(null, this.digest());
  }

  copy(): Hash {
    if (this.#done) throw finalized();
    return new Hash("", undefined, this.#state.copy());
  }
}

export class Hmac extends StreamFace {
  readonly #state: DigestState;
  #done = false;

  constructor(algorithm: unknown, key: unknown, options?: { readonly encoding?: string }) {
    super();
    if (typeof algorithm !== "string") throw invalidType("hmac", "of type string", algorithm);
    const name = hashNamed(algorithm);
    if (name === undefined) throw nodeError("ERR_CRYPTO_INVALID_DIGEST", `Invalid digest: ${algorithm}`, TypeError);
    this.#state = new DigestState(name, secretBytes("key", key, options?.encoding));
  }

  update(data: unknown, inputEncoding?: Encoding): this {
    if (this.#done) throw finalized();
    this.#state.update(ownBytes("data", data, inputEncoding));
    return this;
  }

  _transform(chunk: unknown, encoding: Encoding, done: (error: unknown) => void): void {
    this.update(chunk, encoding);
    done(null);
  }

  _flush(done: (error: unknown, data: unknown) => void): void {
    done(null, this.digest());
  }

  /** As in Node: a second digest of an HMAC is empty. */
  digest(outputEncoding?: Encoding): NodeBuffer | string {
    const bytes = this.#done ? new Uint8Array(0) : this.#state.digest();
    this.#done = true;
    return output(bytes, outputEncoding);
  }
}

export function createHash(algorithm: unknown, options?: HashOptions): Hash {
  return new Hash(algorithm, options);
}

export function createHmac(algorithm: unknown, key: unknown, options?: { readonly encoding?: string }): Hmac {
  return new Hmac(algorithm, key, options);
}

/** `crypto.hash`: a digest at one stroke, as hex unless said otherwise. */
export function hash(
  algorithm: string,
  data: unknown,
  options: Encoding | { readonly outputEncoding?: string } = "hex",
) {
  const encoding = typeof options === "object" && options !== null ? (options.outputEncoding ?? "hex") : options;
  const name = typeof algorithm === "string" ? hashNamed(algorithm) : undefined;
  if (name === undefined) return createHash(algorithm).update(data).digest(encoding);
  return output(digestOf(name, bytesOfInput("data", data)), encoding);
}
