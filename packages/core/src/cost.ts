/** What an attempt costs, in Lambda's units: GB-seconds of configured memory, billed by the millisecond, init included. */
export interface Price {
  readonly perMillionRequests: number;
  readonly perGbSecond: number;
}

/** AWS us-east-1, x86 (source: aws.amazon.com/lambda/pricing, 2026-11). */
export const LAMBDA_PRICE: Price = { perMillionRequests: 0.2, perGbSecond: 0.0000166667 };

export function billedMs(durationMs: number, initMs: number | null): number {
  return Math.max(1, Math.ceil(durationMs + (initMs ?? 0)));
}

export function gbSeconds(memoryMb: number, billed: number): number {
  return (memoryMb / 1024) * (billed / 1000);
}

/** Dollars for a number of requests and their GB-seconds. */
export function costOf(price: Price, requests: number, totalGbSeconds: number): number {
  return (requests / 1e6) * price.perMillionRequests + totalGbSeconds * price.perGbSecond;
}
