import {
  type Claim,
  DEFAULT_ASYNC_RULE,
  DEFAULT_FUNCTION_CONFIG,
  DEFAULT_FUNCTION_SETTINGS,
  type EndingTarget,
  type EventEnding,
  type InvocationEvent,
} from "@sluice/core";
import type { FunctionTarget } from "@sluice/store";
import type { Undelivered } from "./courier.ts";
import { Farewell } from "./farewell.ts";

const NOW = 1_000_000;
const GOOD: EndingTarget = { role: "destination", arn: "arn:aws:sqs:us-east-1:000000000000:good" };
const DEAD: EndingTarget = { role: "dead-letter", arn: "arn:aws:sqs:us-east-1:000000000000:dead" };

const TARGET: FunctionTarget = {
  version: {
    tenant: "acme",
    name: "resize",
    version: "1",
    codeDigest: "",
    codeBytes: 0,
    sourceMapDigest: null,
    upload: null,
    revisionId: "r",
    config: DEFAULT_FUNCTION_CONFIG,
    createdAt: 0,
  },
  settings: DEFAULT_FUNCTION_SETTINGS,
  rule: DEFAULT_ASYNC_RULE,
};

const CLAIM: Claim = {
  invocation: {
    id: "i-1",
    tenant: "acme",
    function: "resize",
    qualifier: "$LATEST",
    source: "api",
    trigger: "",
    event: "{}",
    acceptedAt: NOW - 10,
  },
  attempt: 1,
  dueAt: NOW - 10,
  redelivered: false,
  releases: 0,
};

function endingOf(change: Partial<EventEnding> = {}): EventEnding {
  return {
    at: NOW,
    condition: "RetriesExhausted",
    invokeCount: 1,
    response: null,
    error: { errorType: "Error", errorMessage: "no" },
    pending: [GOOD, DEAD],
    tries: 0,
    ...change,
  };
}

function farewellWith(undelivered: readonly Undelivered[]) {
  const facts: InvocationEvent[] = [];
  const deliver = async (): Promise<Undelivered[]> => [...undelivered];
  const farewell = new Farewell({
    courier: { deliver },
    journal: { fact: (fact) => facts.push(fact) },
    now: () => NOW,
  });
  return { farewell, facts };
}

const away = (target: EndingTarget): Undelivered => ({ target, reason: "away", permanent: false });
const refused = (target: EndingTarget): Undelivered => ({ target, reason: "no such queue", permanent: true });

test("an event stays while a target is away, and only that target is tried again", async () => {
  const { farewell, facts } = farewellWith([away(DEAD)]);
  const verdict = await farewell.say(CLAIM, endingOf(), TARGET);
  expect(verdict).toEqual({ kind: "defer", delayMs: 1_000, ending: endingOf({ pending: [DEAD], tries: 1 }) });
  expect(facts).toEqual([]);
});

test("the tries come to an end, after which the event is kept with the reason, and that is a fact", async () => {
  const { farewell, facts } = farewellWith([away(DEAD)]);
  let verdict = await farewell.say(CLAIM, endingOf(), TARGET);
  const waits: number[] = [];
  while (verdict.kind === "defer") {
    waits.push(verdict.delayMs);
    verdict = await farewell.say(CLAIM, verdict.ending, TARGET);
  }
  expect(waits).toEqual([1_000, 5_000, 30_000, 120_000, 300_000, 300_000]);
  expect(verdict).toMatchObject({ kind: "dead-letter", reason: "DestinationFailed" });
  expect(verdict).not.toHaveProperty("forwarded");
  expect(verdict.kind === "dead-letter" && verdict.error.errorMessage).toContain(`${DEAD.arn}: away`);
  expect(facts).toMatchObject([
    { type: "destination-failed", role: "dead-letter", target: "queue" },
    { type: "dead-lettered", reason: "DestinationFailed" },
  ]);
});

test("a target that will never take it is not tried again, unless another one may", async () => {
  const both = farewellWith([refused(GOOD), away(DEAD)]);
  expect((await both.farewell.say(CLAIM, endingOf(), TARGET)).kind).toBe("defer");
  const one = farewellWith([refused(GOOD)]);
  expect(await one.farewell.say(CLAIM, endingOf(), TARGET)).toMatchObject({ reason: "DestinationFailed" });
  expect(one.facts[0]).toMatchObject({ type: "destination-failed", role: "on-failure" });
});

test("a success that cannot be told is kept as well", async () => {
  const { farewell, facts } = farewellWith([refused(GOOD)]);
  const verdict = await farewell.say(CLAIM, endingOf({ condition: "Success", pending: [GOOD] }), TARGET);
  expect(verdict).toMatchObject({ kind: "dead-letter", reason: "DestinationFailed" });
  expect(facts[0]).toMatchObject({ type: "destination-failed", role: "on-success" });
});

test("a failure without targets stays in the function's own queue", async () => {
  const { farewell } = farewellWith([]);
  expect(await farewell.say(CLAIM, endingOf({ pending: [] }), TARGET)).toEqual({
    kind: "dead-letter",
    reason: "RetriesExhausted",
    error: { errorType: "Error", errorMessage: "no" },
    forwarded: false,
  });
});
