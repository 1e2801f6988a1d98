import {
  type Claim,
  DEFAULT_ASYNC_RULE,
  DEFAULT_FUNCTION_CONFIG,
  DEFAULT_FUNCTION_SETTINGS,
  type FunctionError,
  type FunctionVersion,
  type InvocationEvent,
  PlatformError,
} from "@sluice/core";
import type { Attempt, Execution } from "./executor.ts";
import type { FunctionTarget } from "@sluice/store";
import { QueuedLane } from "./queued-lane.ts";

const NOW = 10_000_000;
const VERSION: FunctionVersion = {
  tenant: "acme",
  name: "resize",
  version: "3",
  codeDigest: "a".repeat(64),
  codeBytes: 10,
  sourceMapDigest: null,
  upload: null,
  revisionId: "r-1",
  config: DEFAULT_FUNCTION_CONFIG,
  createdAt: 1,
};

const TARGET: FunctionTarget = {
  version: VERSION,
  settings: DEFAULT_FUNCTION_SETTINGS,
  rule: { ...DEFAULT_ASYNC_RULE, retry: { delaysMs: [60_000], maxEventAgeMs: 3_600_000 } },
};

function claimOf(change: Partial<Claim> = {}, acceptedAt = NOW - 500): Claim {
  const invocation = {
    id: "i-1",
    tenant: "acme",
    function: "resize",
    qualifier: "$LATEST",
    source: "webhook",
    trigger: "resize",
    event: '{"a":1}',
    acceptedAt,
  } as const;
  return { invocation, attempt: 1, dueAt: acceptedAt, redelivered: false, ...change };
}

function ran(error: FunctionError | null, payload = "null"): Execution {
  const record = {
    invocationId: "i-1",
    version: "3",
    startedAt: NOW,
    coldStart: false,
    lines: [],
    report: null,
    error,
  } as const;
  return { kind: "ran", version: VERSION, payload: Buffer.from(payload), error, record };
}

function refused(code: ConstructorParameters<typeof PlatformError>[0]): Execution {
  return { kind: "refused", error: new PlatformError(code) };
}

/** A lane whose executor answers `execution`, with what it was asked and what facts became true. */
function laneOf(execution: Execution, target: () => Promise<FunctionTarget | undefined> = async () => TARGET) {
  const attempts: Attempt[] = [];
  const facts: InvocationEvent[] = [];
  const lane = new QueuedLane({
    executor: {
      execute: async (attempt) => {
        attempts.push(attempt);
        return execution;
      },
    },
    functions: { get: target },
    journal: { fact: (fact) => facts.push(fact) },
    now: () => NOW,
  });
  return { lane, attempts, facts };
}

const THROWN: FunctionError = { errorType: "TypeError", errorMessage: "no", trace: ["at x"] };

test("a claim becomes an attempt of the queued lane, with the time it waited since it was due", async () => {
  const { lane, attempts } = laneOf(ran(null, '{"ok":true}'));
  const claim = claimOf({ attempt: 2, dueAt: NOW - 40, redelivered: true });
  expect(await lane.handle(claim)).toEqual({ kind: "complete", result: '{"ok":true}' });
  expect(attempts).toEqual([
    expect.objectContaining({ event: '{"a":1}', lane: "queued", attempt: 2, queueWaitMs: 40, redelivered: true }),
  ]);
  expect(attempts[0]?.invocation).not.toHaveProperty("event");
});

test("a clock that went back does not make a negative wait", async () => {
  const { lane, attempts } = laneOf(ran(null));
  await lane.handle(claimOf({ dueAt: NOW + 1_000 }));
  expect(attempts[0]?.queueWaitMs).toBe(0);
});

test("a failed attempt is retried after the policy's delay, and that is a fact", async () => {
  const { lane, facts } = laneOf(ran(THROWN));
  const error = { errorType: "TypeError", errorMessage: "no" };
  expect(await lane.handle(claimOf())).toEqual({ kind: "retry", delayMs: 60_000, error });
  expect(facts).toEqual([
    { at: NOW, tenant: "acme", function: "resize", type: "retried", attempt: 1, delayMs: 60_000 },
  ]);
});

test("out of attempts, an event is dead-lettered with the last error", async () => {
  const { lane, facts } = laneOf(ran(THROWN));
  const verdict = await lane.handle(claimOf({ attempt: 2 }));
  expect(verdict).toMatchObject({ kind: "dead-letter", reason: "RetriesExhausted", error: { errorType: "TypeError" } });
  expect(facts).toEqual([expect.objectContaining({ type: "dead-lettered", reason: "RetriesExhausted" })]);
});

test("a retry that would start past the event's maximum age is not waited for", async () => {
  const { lane } = laneOf(ran(THROWN));
  const verdict = await lane.handle(claimOf({}, NOW - 3_599_000));
  expect(verdict).toMatchObject({ kind: "dead-letter", reason: "EventAgeExceeded" });
});

test("an event past its maximum age does not run at all", async () => {
  const { lane, attempts, facts } = laneOf(ran(null));
  const verdict = await lane.handle(claimOf({}, NOW - 3_600_001));
  expect(verdict).toMatchObject({ kind: "dead-letter", error: { errorType: "Event.AgeExceeded" } });
  expect(attempts).toEqual([]);
  expect(facts).toHaveLength(1);
});

test.each(["Capacity.Exhausted", "Capacity.FunctionLimit", "Service.Unavailable", "Internal.Error"] as const)(
  "what could not start for %s goes back without spending an attempt",
  async (code) => {
    const { lane, facts } = laneOf(refused(code));
    expect(await lane.handle(claimOf())).toEqual({ kind: "release", delayMs: expect.any(Number) as number });
    expect(facts).toEqual([]);
  },
);

test.each(["Function.NotFound", "Function.VersionNotFound"] as const)(
  "an event for what is deployed no more (%s) is dead-lettered, not lost",
  async (code) => {
    const { lane } = laneOf(refused(code), async () => undefined);
    const verdict = await lane.handle(claimOf());
    expect(verdict).toMatchObject({ kind: "dead-letter", reason: "FunctionNotFound", error: { errorType: code } });
  },
);

test("stored code that is damaged is our fault and spends no attempt", async () => {
  const { lane } = laneOf(ran({ errorType: "Artifact.Corrupt", errorMessage: "digest", trace: [] }));
  expect((await lane.handle(claimOf())).kind).toBe("release");
});

test("while the registry cannot be asked, the event goes back", async () => {
  const { lane, attempts } = laneOf(ran(null), async () => {
    throw new PlatformError("Service.Unavailable");
  });
  expect((await lane.handle(claimOf())).kind).toBe("release");
  expect(attempts).toEqual([]);
});
