import type { CellLoss, PendingRun } from "./cell-events.ts";

/** Whoever ended the cell, this run's own time was over. */
export function isPastDeadline({ startedAt, request }: PendingRun, now: number): boolean {
  return startedAt > 0 && now - startedAt >= request.version.definition.timeoutMs;
}

/**
 * A cell may be killed by anybody, and the memory of one may lie in the isolate of another that is idle or has just
 * ended: a lone run answers for what happens to it alone and again, or where nothing but its function was in the cell.
 */
export function isToBlame(lone: PendingRun, warm: Iterable<string>, loss: CellLoss): boolean {
  if (lone.quarantine === "alone") return true;
  const { key } = lone.request.version;
  return loss.memory !== undefined && [...warm].every((other) => other === key);
}
