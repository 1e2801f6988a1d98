import { setTimeout as delay } from "node:timers/promises";

const DEADLINE_MS = 15_000;
const POLL_MS = 5;

/** Asks again until the answer is something; for what another process does in its own time. */
export async function eventually<T>(ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error("What the test waits for did not happen.");
    await delay(POLL_MS);
  }
}

/** As `eventually`, until the condition holds. */
export async function becomesTrue(condition: () => Promise<boolean> | boolean): Promise<void> {
  await eventually(async () => ((await condition()) ? true : undefined));
}
