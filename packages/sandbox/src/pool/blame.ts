import { crashed, outOfMemory, timedOut } from "../cell/explain-end.ts";
import type { CellLoss, PendingRun } from "./cell-events.ts";
import type { RunResult } from "./run.ts";

/** The result of a run that took its cell with it. */
export function blame(run: PendingRun, loss: Pick<CellLoss, "reason" | "memory">, now: number): RunResult {
  const { invocationId, version } = run.request;
  const { definition } = version;
  const startedAt = run.startedAt || now;
  const base = { payload: Buffer.alloc(0), initMs: null, startedAt, logs: [], reruns: run.reruns };
  switch (loss.reason) {
    case "timeout": {
      const error = timedOut(invocationId, definition, { uninterruptible: true });
      return { ...base, error, durationMs: definition.timeoutMs, maxMemoryMb: 0 };
    }
    case "memory": {
      const error = outOfMemory(invocationId, definition, loss.memory ?? "unknown");
      return { ...base, error, durationMs: now - startedAt, maxMemoryMb: definition.memoryMb };
    }
    default:
      return { ...base, error: crashed(invocationId, definition), durationMs: now - startedAt, maxMemoryMb: 0 };
  }
}
