import { setTimeout as delay } from "node:timers/promises";

/** Asks again and again until the answer is defined and not false; gives up after ten seconds. */
export async function until<T>(ask: () => T | Promise<T>, what = "the condition"): Promise<NonNullable<T>> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`${what} was not met in time`);
    await delay(10);
  }
}
