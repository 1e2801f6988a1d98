import { setTimeout as wait } from "node:timers/promises";

/** Waits, or not when the signal aborts. Never rejects. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

export const pause: Pause = async (ms, signal) => {
  await wait(ms, undefined, { signal, ref: false }).catch(() => undefined);
};

/** Doubles from the first wait to the longest. */
export function backoffMs(tries: number, firstMs: number, mostMs: number): number {
  return Math.min(firstMs * 2 ** Math.min(tries, 20), mostMs);
}
