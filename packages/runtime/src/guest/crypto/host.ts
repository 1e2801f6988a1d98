import { CRYPTO_LIMITS, type CryptoRefusal, type CryptoRequest, type CryptoTask } from "@sluice/core";
import { callAsync } from "../bridge/async-calls.ts";
import { callSync } from "../bridge/host.ts";
import { defineHidden, IntrinsicError, IntrinsicUint8Array, jsonStringify, typedArrayBuffer } from "../primordials.ts";
import { type Bytes, joinBytes } from "../web/bytes.ts";

export const NO_BYTES: Bytes = new IntrinsicUint8Array(0);
/** Longer data is cut into calls of this size, where an algorithm can be cut. */
export const CHUNK_BYTES = CRYPTO_LIMITS.computeBytesMax / 2;

/** Asks the cell to compute something now. @throws Error whose `code` is a CryptoRefusal */
export function compute(request: CryptoRequest, ...parts: readonly Bytes[]): Bytes {
  const bytes = joinBytes(parts);
  if (bytes.length > CRYPTO_LIMITS.computeBytesMax) throw refusal("too-costly");
  return new IntrinsicUint8Array(callSync("crypto.compute", textOf(request, parts), buffer(bytes)));
}

/** The same on the cell's thread pool, for what takes long. */
export async function computeLater(request: CryptoTask, ...parts: readonly Bytes[]): Promise<Bytes> {
  const bytes = joinBytes(parts);
  if (bytes.length > CRYPTO_LIMITS.taskBytesMax - 1_024) throw refusal("too-costly");
  const reply = await callAsync("crypto.task", textOf(request, parts), buffer(bytes));
  return reply.bytes === undefined ? NO_BYTES : new IntrinsicUint8Array(reply.bytes);
}

/** The host's word for why it refused; undefined for an error of another kind. */
export function refusalOf(error: unknown): CryptoRefusal | undefined {
  return (error as { code?: CryptoRefusal } | undefined)?.code;
}

function refusal(code: CryptoRefusal): Error {
  const error = new IntrinsicError(`crypto: ${code}`);
  defineHidden(error, "code", code);
  return error;
}

function textOf(request: CryptoRequest | CryptoTask, parts: readonly Bytes[]): string {
  return jsonStringify({ ...request, parts: parts.map(({ length }) => length) });
}

function buffer(bytes: Bytes): ArrayBuffer {
  return typedArrayBuffer(bytes) as ArrayBuffer;
}

export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  // Always as long as the longer of the two: the time says nothing about where they differ.
  let difference = left.length ^ right.length;
  for (let at = 0; at < left.length; at++) difference |= (left[at] as number) ^ (right[at] ?? 0);
  return difference === 0;
}
