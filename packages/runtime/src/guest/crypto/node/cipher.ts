import { type Bytes, bytesOf, joinBytes } from "../../web/bytes.ts";
import { BlockFault, BlockState } from "../block-state.ts";
import { CtrState } from "../ctr-state.ts";
import { GcmState } from "../gcm-state.ts";
import { NO_BYTES, sameBytes } from "../host.ts";
import { asBuffer, bytesOfInput, type Encoding, type NodeBuffer, ownBytes } from "./bytes-of-input.ts";
import { secretBytes } from "./key-object.ts";
import { asNode, invalidType, nodeError } from "./node-error.ts";
import { StreamFace } from "./stream-face.ts";
import { TextOutput } from "./text-output.ts";

const MODES = ["cbc", "ctr", "gcm", "ecb"] as const;
type Mode = (typeof MODES)[number];
const TAG_LENGTHS = new Set([4, 8, 12, 13, 14, 15, 16]);
const IV_BYTES: Readonly<Record<Mode, number | undefined>> = { cbc: 16, ctr: 16, gcm: undefined, ecb: 0 };

interface CipherOptions {
  readonly authTagLength?: number;
}

export const CIPHER_NAMES = [128, 192, 256].flatMap((bits) => MODES.map((mode) => `aes-${bits}-${mode}`));

export function cipherNamed(name: unknown): { readonly keyBytes: number; readonly mode: Mode } | undefined {
  const lower = String(name)
    .toLowerCase()
    .replace(/^aes(?=\d)/, "aes-")
    .replace(/^id-aes(\d+)-gcm$/, "aes-$1-gcm");
  const full = /^aes-(128|192|256)$/.test(lower) ? `${lower}-cbc` : lower;
  if (!CIPHER_NAMES.includes(full)) return undefined;
  const [, bits, mode] = full.split("-");
  return { keyBytes: Number(bits) / 8, mode: mode as Mode };
}

const invalidState = (what: string): Error =>
  nodeError("ERR_CRYPTO_INVALID_STATE", `Invalid state for operation ${what}`);

/** Both directions: what differs is asked for by `encrypt`. */
abstract class Cipher extends StreamFace {
  readonly #encrypt: boolean;
  readonly #mode: Mode;
  readonly #key: Bytes;
  readonly #iv: Bytes;
  readonly #text = new TextOutput();
  readonly #state: BlockState | CtrState | undefined;
  #tagLength: number | undefined;
  #additional: Bytes = NO_BYTES;
  #gcm: GcmState | undefined;
  #tag: Bytes | undefined;
  #done = false;

  constructor(encrypt: boolean, name: unknown, key: unknown, iv: unknown, options: CipherOptions = {}) {
    super();
    if (typeof name !== "string") throw invalidType("cipher", "of type string", name);
    const found = cipherNamed(name);
    if (found === undefined) {
      const message = `Unknown cipher: ${name} (a function has ${CIPHER_NAMES.join(", ")})`;
      throw nodeError("ERR_CRYPTO_UNKNOWN_CIPHER", message);
    }
    this.#encrypt = encrypt;
    this.#mode = found.mode;
    this.#key = secretBytes("key", key);
    this.#iv = iv === null || iv === undefined ? NO_BYTES : ownBytes("iv", iv);
    if (this.#key.length !== found.keyBytes)
      throw nodeError("ERR_CRYPTO_INVALID_KEYLEN", "Invalid key length", RangeError);
    const ivBytes = IV_BYTES[this.#mode];
    if (ivBytes === undefined ? this.#iv.length === 0 : this.#iv.length !== ivBytes) {
      throw nodeError("ERR_CRYPTO_INVALID_IV", "Invalid initialization vector", TypeError);
    }
    this.#tagLength = options.authTagLength;
    if (this.#mode === "gcm" && this.#tagLength !== undefined) checkTagLength(this.#tagLength);
    if (this.#mode === "ctr") this.#state = new CtrState(this.#key, this.#iv, 128);
    else if (this.#mode !== "gcm") this.#state = new BlockState(encrypt, this.#mode, this.#key, this.#iv);
  }

  update(data: unknown, inputEncoding?: Encoding, outputEncoding?: Encoding): NodeBuffer | string {
    if (this.#done) throw invalidState("update");
    const bytes = bytesOfInput("data", data, inputEncoding);
    const output = asNode(() => (this.#state ?? this.#openGcm()).update(bytes));
    return this.#text.write(output, outputEncoding, false);
  }

  final(outputEncoding?: Encoding): NodeBuffer | string {
    if (this.#done) throw invalidState("final");
    this.#done = true;
    const output = this.#mode === "gcm" ? this.#finishGcm() : this.#finish();
    return this.#text.write(output, outputEncoding, true);
  }

  setAutoPadding(autoPadding: unknown = true): this {
    if (this.#done) throw invalidState("setAutoPadding");
    if (this.#state instanceof BlockState) this.#state.padding = Boolean(autoPadding);
    return this;
  }

  setAAD(buffer: unknown): this {
    if (this.#done || this.#mode !== "gcm" || this.#gcm !== undefined) throw invalidState("setAAD");
    this.#additional = joinBytes([this.#additional, bytesOfInput("buffer", buffer)]);
    return this;
  }

  _transform(chunk: unknown, encoding: Encoding, done: (error: unknown, data?: unknown) => void): void {
    done(null, this.update(chunk, encoding));
  }

  _flush(done: (error: unknown, data?: unknown) => void): void {
    try {
      done(null, this.final());
    } catch (error) {
      done(error);
    }
  }

  protected finishedTag(): NodeBuffer {
    if (!this.#done || this.#tag === undefined) throw invalidState("getAuthTag");
    return asBuffer(this.#tag.slice());
  }

  protected expectTag(tag: unknown, encoding: Encoding): void {
    if (this.#done || this.#mode !== "gcm" || this.#tag !== undefined) throw invalidState("setAuthTag");
    if (typeof tag !== "string" && bytesOf(tag) === undefined)
      throw invalidType("buffer", "an instance of Buffer", tag);
    const bytes = ownBytes("tag", tag, encoding);
    if (this.#tagLength !== undefined && bytes.length !== this.#tagLength) throw invalidTag(bytes.length);
    // A shorter tag is easier to forge: it is taken only where its length was asked for (Node's DEP0182).
    if (this.#tagLength === undefined && bytes.length !== 16) throw invalidTag(bytes.length);
    this.#tag = bytes;
  }

  #openGcm(): GcmState {
    this.#gcm ??= new GcmState(this.#encrypt, this.#key, this.#iv, this.#additional);
    return this.#gcm;
  }

  #finishGcm(): Bytes {
    const tag = asNode(() => this.#openGcm().tag());
    if (this.#encrypt) {
      this.#tag = tag.slice(0, this.#tagLength ?? 16);
    } else if (this.#tag === undefined || !sameBytes(tag.subarray(0, this.#tag.length), this.#tag)) {
      throw new Error("Unsupported state or unable to authenticate data");
    }
    return NO_BYTES;
  }

  #finish(): Bytes {
    if (!(this.#state instanceof BlockState)) return NO_BYTES;
    const state = this.#state;
    try {
      return asNode(() => state.final());
    } catch (error) {
      if (!(error instanceof BlockFault)) throw error;
      if (error.fault === "padding") {
        throw nodeError("ERR_OSSL_BAD_DECRYPT", "error:1C800064:Provider routines::bad decrypt");
      }
      throw nodeError(
        "ERR_OSSL_WRONG_FINAL_BLOCK_LENGTH",
        "error:1C80006B:Provider routines::wrong final block length",
      );
    }
  }
}

export class Cipheriv extends Cipher {
  constructor(cipher: unknown, key: unknown, iv: unknown, options?: CipherOptions) {
    super(true, cipher, key, iv, options);
  }

  getAuthTag(): NodeBuffer {
    return this.finishedTag();
  }
}

export class Decipheriv extends Cipher {
  constructor(cipher: unknown, key: unknown, iv: unknown, options?: CipherOptions) {
    super(false, cipher, key, iv, options);
  }

  setAuthTag(tag: unknown, encoding?: Encoding): this {
    this.expectTag(tag, encoding);
    return this;
  }
}

export function createCipheriv(cipher: unknown, key: unknown, iv: unknown, options?: CipherOptions): Cipheriv {
  return new Cipheriv(cipher, key, iv, options);
}

export function createDecipheriv(cipher: unknown, key: unknown, iv: unknown, options?: CipherOptions): Decipheriv {
  return new Decipheriv(cipher, key, iv, options);
}

function checkTagLength(length: number): void {
  if (!TAG_LENGTHS.has(length)) throw invalidTag(length);
}

function invalidTag(length: number): Error {
  return nodeError("ERR_CRYPTO_INVALID_AUTH_TAG", `Invalid authentication tag length: ${length}`, TypeError);
}
