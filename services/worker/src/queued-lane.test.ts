import {
  type Claim,
  DEFAULT_ASYNC_RULE,
  DEFAULT_FUNCTION_CONFIG,
  DEFAULT_FUNCTION_SETTINGS,
  type EventEnding,
  type FunctionError,
  type FunctionVersion,
  type InvocationEvent,
  passThrough,
  PlatformError,
} from "@sluice/core";
import { Farewell } from "./destinations/farewell.ts";
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
  return { invocation, attempt: 1, dueAt: acceptedAt, redelivered: false, releases: 0, ...change };
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

/** A lane whose executor answers `execution`, with what it was asked, who was told, and what facts became true. */
function laneOf(execution: Execution, target: () => Promise<FunctionTarget | undefined> = async () => TARGET) {
  const attempts: Attempt[] = [];
  const facts: InvocationEvent[] = [];
  const told: EventEnding[] = [];
  const journal = { fact: (fact: InvocationEvent) => facts.push(fact) };
  const deliver = async (_invocation: unknown, ending: EventEnding): Promise<[]> => {
    told.push(ending);
    return [];
  };
  const lane = new QueuedLane({
    executor: {
      execute: async (attempt) => {
        attempts.push(attempt);
        return execution;
      },
    },
    functions: { get: target },
    farewell: new Farewell({ courier: { deliver }, journal, now: () => NOW }),
    journal,
    now: () => NOW,
  });
  return { lane, attempts, facts, told };
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

test("what found no room waits shortly at first, then longer and longer, up to five minutes", async () => {
  const { lane } = laneOf(refused("Capacity.FunctionLimit"));
  const waits: number[] = [];
  for (const releases of [0, 1, 2, 8, 40]) {
    const verdict = await lane.handle(claimOf({ releases }));
    waits.push(verdict.kind === "release" ? verdict.delayMs : Number.NaN);
  }
  expect(waits).toEqual([250, 500, 1_000, 64_000, 300_000]);
});

test("no wait for room goes past the event's maximum age, at which it is given up", async () => {
  const { lane } = laneOf(refused("Capacity.Exhausted"));
  const verdict = await lane.handle(claimOf({ releases: 40 }, NOW - 3_600_000 + 10_000));
  expect(verdict).toEqual({ kind: "release", delayMs: 10_001 });
});

const ARN = "arn:aws:lambda:us-east-1:000000000000:function";
const TOLD: FunctionTarget = {
  ...TARGET,
  version: { ...VERSION, config: { ...VERSION.config, deadLetterTarget: "arn:aws:sqs:us-east-1:000000000000:dead" } },
  rule: { ...TARGET.rule, onSuccess: `${ARN}:good`, onFailure: `${ARN}:bad` },
};
const ALL_FAILURE_TARGETS = [
  { role: "destination", arn: `${ARN}:bad` },
  { role: "dead-letter", arn: "arn:aws:sqs:us-east-1:000000000000:dead" },
];

test("a success is completed after its destination was told", async () => {
  const { lane, told } = laneOf(ran(null, '{"ok":true}'), async () => TOLD);
  expect(await lane.handle(claimOf())).toEqual({ kind: "complete", result: '{"ok":true}' });
  expect(told).toEqual([
    {
      at: NOW,
      condition: "Success",
      invokeCount: 1,
      response: { version: "3", payload: '{"ok":true}', failed: false },
      error: null,
      pending: [{ role: "destination", arn: `${ARN}:good` }],
      tries: 0,
    },
  ]);
});

test("a retry tells nobody; the last failure tells destination and dead-letter target, and leaves the queue", async () => {
  const { lane, told, facts } = laneOf(ran(THROWN), async () => TOLD);
  expect((await lane.handle(claimOf())).kind).toBe("retry");
  expect(told).toEqual([]);
  const verdict = await lane.handle(claimOf({ attempt: 2 }));
  expect(verdict).toMatchObject({ kind: "dead-letter", reason: "RetriesExhausted", forwarded: true });
  expect(told).toMatchObject([{ invokeCount: 2, response: { failed: true }, pending: ALL_FAILURE_TARGETS }]);
  expect(JSON.parse(told[0]?.response?.payload ?? "")).toEqual({ ...THROWN });
  expect(facts.at(-1)).toMatchObject({ type: "dead-lettered", reason: "RetriesExhausted" });
});

test("a function that is switched off runs nothing, and its events go straight to where failures go", async () => {
  const off = { ...TOLD, settings: { ...TOLD.settings, reservedConcurrency: 0 } };
  const { lane, attempts, told } = laneOf(ran(null), async () => off);
  const verdict = await lane.handle(claimOf());
  expect(verdict).toMatchObject({ kind: "dead-letter", reason: "ZeroReservedConcurrency", forwarded: true });
  expect(attempts).toEqual([]);
  expect(told).toMatchObject([{ response: null, invokeCount: 0, pending: ALL_FAILURE_TARGETS }]);
});

test("an event that ended is told again without running again", async () => {
  const { lane, attempts, told } = laneOf(ran(null), async () => TOLD);
  const ending: EventEnding = {
    at: NOW - 100,
    condition: "Success",
    invokeCount: 1,
    response: { version: "3", payload: "7", failed: false },
    error: null,
    pending: [{ role: "destination", arn: `${ARN}:good` }],
    tries: 2,
  };
  expect(await lane.handle(claimOf({ ending }))).toEqual({ kind: "complete", result: "7" });
  expect(told).toEqual([ending]);
  expect(attempts).toEqual([]);
});

test("redriven, a failed event runs anew, and a successful one is only told anew", async () => {
  const base = { at: NOW - 900, invokeCount: 1, response: null, error: null, pending: ALL_FAILURE_TARGETS, tries: 7 };
  const failed = laneOf(ran(null), async () => TOLD);
  const ending = { ...base, condition: "RetriesExhausted" } as EventEnding;
  await failed.lane.handle(claimOf({ ending }));
  expect(failed.attempts).toHaveLength(1);
  const succeeded = laneOf(ran(null), async () => TOLD);
  await succeeded.lane.handle(claimOf({ ending: { ...ending, condition: "Success" } }));
  expect(succeeded.attempts).toEqual([]);
  expect(succeeded.told).toMatchObject([{ at: NOW, tries: 0 }]);
});

test.each([
  [16, ALL_FAILURE_TARGETS],
  [17, []],
])("an event of a loop that came round %i times is given up, and told of once", async (count, pending) => {
  const lineage = `Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=${hashOfResize()}:${count}`;
  const claim = claimOf();
  const { lane, told } = laneOf(refused("Invocation.Recursive"), async () => TOLD);
  const verdict = await lane.handle({ ...claim, invocation: { ...claim.invocation, lineage } });
  expect(verdict).toMatchObject({ kind: "dead-letter", reason: "RecursiveInvocation" });
  expect(told.flatMap((ending) => ending.pending)).toEqual(pending);
});

function hashOfResize(): string {
  const ref = { tenant: "acme", name: "resize" };
  return passThrough({ root: "1-5759e988-bd862e3fe1be46a994272793", passes: [] }, ref).passes[0]?.hash ?? "";
}
