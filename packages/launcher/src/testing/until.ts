import { setTimeout as sleep } from "node:timers/promises";

/** Waits for a condition of another process. @throws Error after 20 s */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`never: ${what}`);
    await sleep(10);
  }
}
