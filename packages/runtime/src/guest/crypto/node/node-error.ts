import { type CryptoRefusal } from "@sluice/core";
import { refusalOf } from "../host.ts";

type ErrorClass = new (message: string) => Error;

/** An error as Node makes them: with a stable `code`. */
export function nodeError(code: string, message: string, Class: ErrorClass = Error): Error {
  return Object.assign(new Class(message), { code });
}

export function invalidType(name: string, expected: string, value: unknown): Error {
  const received = value === null || value === undefined ? String(value) : `type ${typeof value}`;
  const message = `The "${name}" argument must be ${expected}. Received ${received}`;
  return nodeError("ERR_INVALID_ARG_TYPE", message, TypeError);
}

export function invalidValue(name: string, reason: string): Error {
  return nodeError("ERR_INVALID_ARG_VALUE", `The argument '${name}' ${reason}`, TypeError);
}

export function outOfRange(name: string, range: string, value: unknown): Error {
  const message = `The value of "${name}" is out of range. It must be ${range}. Received ${String(value)}`;
  return nodeError("ERR_OUT_OF_RANGE", message, RangeError);
}

export function checkInteger(name: string, value: unknown, min: number, max: number): number {
  if (typeof value !== "number") throw invalidType(name, "of type number", value);
  if (!Number.isInteger(value) || value < min || value > max) throw outOfRange(name, `>= ${min} && <= ${max}`, value);
  return value;
}

export type Callback<T extends readonly unknown[]> = (error: Error | null, ...results: T) => void;

export function checkCallback(callback: unknown): void {
  if (typeof callback !== "function") throw invalidType("callback", "of type function", callback);
}

const REASONS: Readonly<Record<CryptoRefusal, readonly [code: string, message: string]>> = {
  "bad-request": ["ERR_CRYPTO_OPERATION_FAILED", "The arguments do not fit together"],
  "bad-key": ["ERR_OSSL_UNSUPPORTED", "error:1E08010C:DECODER routines::unsupported"],
  "unsupported-key": [
    "ERR_CRYPTO_UNSUPPORTED_OPERATION",
    "Keys of this kind, curve or size are not supported: a function has RSA (512 to 4096 bits), EC (P-256, P-384, " +
      "P-521, secp256k1), Ed25519 and X25519",
  ],
  "too-costly": [
    "ERR_OUT_OF_RANGE",
    "The operation asks for more work or data than a function may have done at once (8 MiB, 10 million iterations)",
  ],
  failed: ["ERR_CRYPTO_OPERATION_FAILED", "Operation failed"],
};

/** Says in Node's way what the host refused; other errors pass. */
export function nodeFault(error: unknown, failed?: readonly [code: string, message: string]): unknown {
  const refusal = refusalOf(error);
  const reason = refusal === "failed" && failed !== undefined ? failed : REASONS[refusal ?? "failed"];
  if (refusal === undefined || !Object.hasOwn(REASONS, refusal)) return error;
  return nodeError(reason[0], reason[1], refusal === "too-costly" ? RangeError : Error);
}

export function asNode<T>(run: () => T, failed?: readonly [code: string, message: string]): T {
  try {
    return run();
  } catch (error) {
    throw nodeFault(error, failed);
  }
}
