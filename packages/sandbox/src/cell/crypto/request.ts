import { CRYPTO_LIMITS, HASH_BYTES } from "@sluice/core";
import { Refusal } from "./refusal.ts";

const PARTS_MAX = 4;

/** Takes a call apart. What a request holds besides is judged by whoever uses it: guests can send anything. */
export function readRequest(text: string, bytes: Uint8Array): { request: unknown; parts: Buffer[] } {
  const request = parseObject(text);
  const { parts: lengths } = request as { parts?: unknown };
  if (!Array.isArray(lengths) || lengths.length > PARTS_MAX) throw new Refusal("bad-request");
  let offset = 0;
  const parts = lengths.map((length: unknown) => {
    const end = offset + wholeNumber(length, 0, bytes.length - offset);
    const found = Buffer.from(bytes.buffer, bytes.byteOffset + offset, end - offset);
    offset = end;
    return found;
  });
  return { request, parts };
}

function parseObject(text: string): object {
  try {
    const request: unknown = JSON.parse(text);
    if (typeof request === "object" && request !== null) return request;
  } catch {
    // Said below.
  }
  throw new Refusal("bad-request");
}

export function part(parts: readonly Buffer[], at: number): Buffer {
  const found = parts[at];
  if (found === undefined) throw new Refusal("bad-request");
  return found;
}

export function wholeNumber(value: unknown, min: number, max: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Refusal("bad-request");
}

export function oneOf<T extends string>(value: unknown, allowed: readonly T[]): T {
  if (allowed.includes(value as T)) return value as T;
  throw new Refusal("bad-request");
}

export function hashName(value: unknown): string {
  if (typeof value === "string" && Object.hasOwn(HASH_BYTES, value)) return value;
  throw new Refusal("bad-request");
}

export interface Pbkdf2 {
  readonly hash: string;
  readonly iterations: number;
  readonly length: number;
}

export function pbkdf2Request(request: Pbkdf2, costMax: number): Pbkdf2 {
  const hash = hashName(request.hash);
  const iterations = wholeNumber(request.iterations, 1, 2 ** 31 - 1);
  const length = wholeNumber(request.length, 0, CRYPTO_LIMITS.derivedBytesMax);
  const blocks = Math.ceil(length / (HASH_BYTES[hash] ?? 1));
  if (iterations * blocks > costMax) throw new Refusal("too-costly");
  return { hash, iterations, length };
}
