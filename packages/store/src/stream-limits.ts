/** Bounds of an append-only stream. The oldest entries go as soon as any bound is passed; the newest always stays. */
export interface StreamLimits {
  /** Of payload. */
  readonly bytes: number;
  readonly entries: number;
  readonly ageMs: number;
}

const MIB = 1024 * 1024;
const DAY_MS = 86_400_000;

/** Log of one function. */
export const LOG_LIMITS: StreamLimits = { bytes: 16 * MIB, entries: 20_000, ageMs: 14 * DAY_MS };

/** Facts of the whole platform: the byte bound matters, because a busy worker's batch holds thousands of facts. */
export const FACT_LIMITS: StreamLimits = { bytes: 64 * MIB, entries: 50_000, ageMs: 7 * DAY_MS };
