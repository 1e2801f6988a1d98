import { setTimeout as delay } from "node:timers/promises";

const STEP_MS = 10;
const DEADLINE_MS = 20_000;

/** Waits until a condition holds. @throws Error when it does not in 20 s, naming what was waited for */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`never happened: ${what}`);
    await delay(STEP_MS);
  }
}
