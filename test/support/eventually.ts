import { setTimeout as pause } from "node:timers/promises";

/** Asks until the answer satisfies, or fails with the last answer when the time is over. */
export async function eventually<T>(
  ask: () => Promise<T> | T,
  satisfies: (value: T) => boolean,
  timeoutMs = 20_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await ask();
    if (satisfies(value)) return value;
    if (performance.now() > deadline) throw new Error(`Still not so after ${timeoutMs} ms: ${JSON.stringify(value)}`);
    await pause(20);
  }
}
