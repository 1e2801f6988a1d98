import type { FinishedFact, InvocationEvent } from "@sluice/core";

export const AT = Date.UTC(2026, 10, 23);

export function finished(changes: Partial<FinishedFact> = {}): FinishedFact {
  return {
    type: "finished",
    at: AT,
    tenant: "default",
    function: "thumbnails",
    version: "1",
    source: "object-storage",
    lane: "queued",
    attempt: 1,
    errorType: null,
    durationMs: 42,
    billedMs: 42,
    memoryMb: 128,
    coldStart: false,
    initMs: null,
    queueWaitMs: 3,
    eventAgeMs: 3,
    ...changes,
  };
}

/** One fact of each kind for a function. */
export function everyKind(name = "thumbnails"): readonly InvocationEvent[] {
  const base = { at: AT, tenant: "default", function: name };
  return [
    { type: "accepted", ...base, source: "object-storage" },
    { type: "deduplicated", ...base, source: "object-storage" },
    { type: "throttled", ...base, reason: "Capacity.FunctionLimit" },
    finished({ function: name, coldStart: true, initMs: 8, billedMs: 50 }),
    finished({ function: name, errorType: "TypeError" }),
    finished({ function: name, errorType: "Sandbox.Timedout", durationMs: 3_000, lane: "direct", queueWaitMs: null }),
    { type: "retried", ...base, attempt: 1, delayMs: 60_000 },
    { type: "dead-lettered", ...base, reason: "RetriesExhausted" },
    { type: "dead-lettered", ...base, reason: "ZeroReservedConcurrency", forwarded: true },
    { type: "destination-failed", ...base, role: "on-failure", target: "queue" },
    { type: "destination-failed", ...base, role: "dead-letter", target: "queue" },
    { type: "recursion-stopped", ...base, lane: "queued" },
    {
      type: "batch",
      ...base,
      source: "stream",
      outcome: "partial",
      records: 10,
      failed: 3,
      filtered: 2,
      iteratorAgeMs: 1_500,
    },
    { type: "rerun", ...base, cause: "cell-lost" },
    { type: "egress-denied", ...base, reason: "private", count: 3 },
    { type: "cell-restarted", at: AT, tenant: "default", reason: "memory" },
  ];
}

/** Repeats the kinds over a few functions; the same facts for the same count. */
export function manyFacts(count: number): readonly InvocationEvent[] {
  const kinds = ["thumbnails", "webhook", "report"].flatMap((name) => everyKind(name));
  return Array.from({ length: count }, (_, index) => {
    const fact = kinds[index % kinds.length] ?? finished();
    return fact.type === "finished" ? { ...fact, durationMs: ((index * 7_919) % 5_000) / 10 } : fact;
  });
}
