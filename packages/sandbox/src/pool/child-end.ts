import type { ChildProcess } from "node:child_process";
import { setTimeout } from "node:timers/promises";

const END_MS = 5_000;

/** Resolves when a process is gone, and with it the connections to it; one that never began is gone at once. */
export function childEnd(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => child.pid === undefined && resolve());
  });
}

/** Waits for processes that have been killed. Not even SIGKILL ends one that the kernel holds: the wait has a bound. */
export async function allEnded(ends: readonly Promise<void>[]): Promise<void> {
  const bound = new AbortController();
  const late = setTimeout(END_MS, undefined, { signal: bound.signal }).catch(() => undefined);
  await Promise.race([Promise.all(ends), late]);
  bound.abort();
}
