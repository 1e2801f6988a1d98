import { LIMITS, PlatformError } from "@sluice/core";

/** @throws PlatformError Request.TooLarge, Request.Malformed */
export function checkKvPut(key: string, value: string, ttlMs: number | undefined): void {
  if (Buffer.byteLength(key) > LIMITS.kvKeyBytes) {
    throw new PlatformError("Request.TooLarge", `The key is longer than ${LIMITS.kvKeyBytes} bytes.`);
  }
  if (Buffer.byteLength(value) > LIMITS.kvValueBytes) {
    throw new PlatformError("Request.TooLarge", `The value is larger than ${LIMITS.kvValueBytes} bytes.`);
  }
  if (ttlMs !== undefined && !(Number.isSafeInteger(ttlMs) && ttlMs > 0)) {
    throw new PlatformError("Request.Malformed", "The time to live must be a positive whole number of milliseconds.");
  }
}

export function tooManyKeys(limit: number): PlatformError {
  return new PlatformError("Request.TooLarge", `The tenant already holds ${limit} keys; delete some first.`, {
    details: { limit },
  });
}

/** Keys of one page of a list. */
export function pageSize(limit: number): number {
  return Math.max(1, Math.min(Math.trunc(limit) || 1, LIMITS.kvListMax));
}
