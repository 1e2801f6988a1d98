import { generateKeyPair, pbkdf2, scrypt, type ScryptOptions } from "node:crypto";
import { promisify } from "node:util";
import { CRYPTO_LIMITS, type CryptoRefusal, type CryptoTask } from "@sluice/core";
import { Refusal, refusalOf } from "./refusal.ts";
import { part, pbkdf2Request, readRequest, wholeNumber } from "./request.ts";

const derivePbkdf2 = promisify(pbkdf2);
const deriveScrypt = promisify(scrypt) as (
  password: Buffer,
  salt: Buffer,
  length: number,
  options: ScryptOptions,
) => Promise<Buffer>;
const makeKeyPair = promisify(generateKeyPair);
const EXPONENT_MAX = 2 ** 32;

/** Begins a `crypto.task` on the thread pool: it cannot be stopped there, so its cost is judged before. */
export async function runTask(text: string, bytes: Uint8Array): Promise<Uint8Array | CryptoRefusal> {
  try {
    return await begin(text, bytes);
  } catch (error) {
    return refusalOf(error);
  }
}

async function begin(text: string, bytes: Uint8Array): Promise<Uint8Array> {
  const { request, parts } = readRequest(text, bytes);
  const task = request as CryptoTask;
  switch (task.do) {
    case "pbkdf2": {
      const { hash, iterations, length } = pbkdf2Request(task, CRYPTO_LIMITS.pbkdf2TaskCostMax);
      return derivePbkdf2(part(parts, 0), part(parts, 1), iterations, length, hash);
    }
    case "scrypt":
      return beginScrypt(task, parts);
    case "generate-rsa": {
      const modulusLength = wholeNumber(task.bits, CRYPTO_LIMITS.rsaBitsMin, CRYPTO_LIMITS.rsaBitsMax);
      const publicExponent = wholeNumber(task.exponent, 3, EXPONENT_MAX);
      if (publicExponent % 2 === 0) throw new Refusal("bad-request");
      const pair = await makeKeyPair("rsa", { modulusLength, publicExponent });
      return pair.privateKey.export({ type: "pkcs8", format: "der" });
    }
    default:
      throw new Refusal("bad-request");
  }
}

async function beginScrypt(task: Extract<CryptoTask, { do: "scrypt" }>, parts: readonly Buffer[]): Promise<Buffer> {
  const cost = wholeNumber(task.cost, 2, 2 ** 30);
  const blockSize = wholeNumber(task.blockSize, 1, 2 ** 20);
  const parallelization = wholeNumber(task.parallelization, 1, 2 ** 20);
  const length = wholeNumber(task.length, 0, CRYPTO_LIMITS.derivedBytesMax);
  const memory = 128 * blockSize * (cost + parallelization + 2);
  const tooMuch = cost * blockSize * parallelization > CRYPTO_LIMITS.scryptTaskCostMax;
  if (tooMuch || memory > CRYPTO_LIMITS.scryptMemoryMax) throw new Refusal("too-costly");
  const options = { cost, blockSize, parallelization, maxmem: memory + 1_024 };
  return deriveScrypt(part(parts, 0), part(parts, 1), length, options);
}
