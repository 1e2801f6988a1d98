import { CRYPTO_LIMITS } from "@sluice/core";
import { hkdfOf, pbkdf2Later, pbkdf2Now, type ScryptOptions, scryptLater, scryptNow } from "../derive.ts";
import { hashBytes, hashNamed } from "../hashes.ts";
import { type Bytes } from "../../web/bytes.ts";
import { asBuffer, type NodeBuffer, ownBytes } from "./bytes-of-input.ts";
import { secretBytes } from "./key-object.ts";
import { asNode, type Callback, checkCallback, checkInteger, invalidType, nodeError } from "./node-error.ts";
import { settle } from "./settle.ts";

const LENGTH_MAX = 2 ** 31 - 1;
const MAXMEM_DEFAULT = 32 * 1024 * 1024;

function digestNamed(digest: unknown): string {
  if (typeof digest !== "string") throw invalidType("digest", "of type string", digest);
  const name = hashNamed(digest);
  if (name === undefined) throw nodeError("ERR_CRYPTO_INVALID_DIGEST", `Invalid digest: ${digest}`, TypeError);
  return name;
}

function pbkdf2Arguments(password: unknown, salt: unknown, iterations: number, length: number, digest: unknown) {
  const hash = digestNamed(digest);
  checkInteger("iterations", iterations, 1, LENGTH_MAX);
  checkInteger("keylen", length, 0, LENGTH_MAX);
  const parts = [ownBytes("password", password), ownBytes("salt", salt)] as const;
  return [...parts, { hash, iterations, length }] as const;
}

export function pbkdf2Sync(password: unknown, salt: unknown, iterations: number, length: number, digest: unknown) {
  const args = pbkdf2Arguments(password, salt, iterations, length, digest);
  return asBuffer(length === 0 ? new Uint8Array(0) : asNode(() => pbkdf2Now(...args)));
}

export function pbkdf2(
  password: unknown,
  salt: unknown,
  iterations: number,
  length: number,
  digest: unknown,
  callback: Callback<[NodeBuffer]>,
): void {
  checkCallback(callback);
  const args = pbkdf2Arguments(password, salt, iterations, length, digest);
  settle(callback, async () => asBuffer(await pbkdf2Later(...args)));
}

interface ScryptInput {
  readonly N?: number;
  readonly cost?: number;
  readonly r?: number;
  readonly blockSize?: number;
  readonly p?: number;
  readonly parallelization?: number;
  readonly maxmem?: number;
}

function scryptArguments(password: unknown, salt: unknown, length: number, options: ScryptInput = {}) {
  const cost = options.N ?? options.cost ?? 16_384;
  const blockSize = options.r ?? options.blockSize ?? 8;
  const parallelization = options.p ?? options.parallelization ?? 1;
  const maxmem = options.maxmem ?? MAXMEM_DEFAULT;
  checkInteger("keylen", length, 0, LENGTH_MAX);
  checkInteger("N", cost, 0, 2 ** 32 - 1);
  checkInteger("r", blockSize, 0, 2 ** 32 - 1);
  checkInteger("p", parallelization, 0, 2 ** 32 - 1);
  if (cost < 2 || (cost & (cost - 1)) !== 0 || blockSize === 0 || parallelization === 0) {
    throw nodeError(
      "ERR_CRYPTO_INVALID_SCRYPT_PARAMS",
      "Invalid scrypt params: N must be a power of 2 above 1",
      RangeError,
    );
  }
  if (128 * cost * blockSize > maxmem) {
    throw nodeError("ERR_CRYPTO_INVALID_SCRYPT_PARAMS", "Invalid scrypt params: memory limit exceeded", RangeError);
  }
  const settings: ScryptOptions = { cost, blockSize, parallelization, length };
  return { password: ownBytes("password", password), salt: ownBytes("salt", salt), settings, maxmem };
}

export function scryptSync(password: unknown, salt: unknown, length: number, options?: ScryptInput): NodeBuffer {
  const args = scryptArguments(password, salt, length, options);
  if (length === 0) return asBuffer(new Uint8Array(0));
  return asBuffer(scryptNow(args.password, args.salt, args.settings, args.maxmem));
}

export function scrypt(
  password: unknown,
  salt: unknown,
  length: number,
  ...rest: [Callback<[NodeBuffer]>] | [ScryptInput | undefined, Callback<[NodeBuffer]>]
): void {
  const callback = rest.at(-1) as Callback<[NodeBuffer]>;
  checkCallback(callback);
  const args = scryptArguments(password, salt, length, rest.length === 2 ? (rest[0] as ScryptInput) : undefined);
  const memory = 128 * args.settings.cost * args.settings.blockSize;
  if (memory > CRYPTO_LIMITS.scryptMemoryMax) {
    throw nodeError("ERR_CRYPTO_INVALID_SCRYPT_PARAMS", "Invalid scrypt params: at most 64 MiB of memory", RangeError);
  }
  settle(callback, async () => asBuffer(await scryptLater(args.password, args.salt, args.settings)));
}

export function hkdfSync(digest: unknown, key: unknown, salt: unknown, info: unknown, length: number): ArrayBuffer {
  const hash = digestNamed(digest);
  checkInteger("length", length, 0, LENGTH_MAX);
  const secret = secretBytes("ikm", key);
  const [saltBytes, infoBytes] = [ownBytes("salt", salt), ownBytes("info", info)];
  if (length > 255 * hashBytes(hash)) throw nodeError("ERR_CRYPTO_INVALID_KEYLEN", "Invalid key length", RangeError);
  const derived: Bytes = length === 0 ? new Uint8Array(0) : hkdfOf(hash, secret, saltBytes, infoBytes, length);
  return derived.buffer.slice(derived.byteOffset, derived.byteOffset + derived.length);
}

export function hkdf(
  digest: unknown,
  key: unknown,
  salt: unknown,
  info: unknown,
  length: number,
  callback: Callback<[ArrayBuffer]>,
): void {
  checkCallback(callback);
  const derived = hkdfSync(digest, key, salt, info, length);
  settle(callback, async () => derived);
}
