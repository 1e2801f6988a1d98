import type { Claim, EventEnding } from "@sluice/core";
import { DONE, FAILURE, type ContractWorld } from "./contract-world.ts";
import { FN, invocationOf } from "./events.ts";
import { until } from "./until.ts";

/** What follows from each verdict on a claim. */
export function describeVerdicts(world: ContractWorld): void {
  test("a retry runs after its delay, as the next attempt, due when the delay ended", async () => {
    const invocation = invocationOf();
    await world.queue.enqueue(invocation);
    const claims: Claim[] = [];
    const startedAt: number[] = [];
    await world.consume((claim) => {
      claims.push(claim);
      startedAt.push(Date.now());
      if (claim.attempt < 3) return { kind: "retry", delayMs: claim.attempt * 100, error: FAILURE };
      return DONE;
    });
    await until("the first retry waits", async () => {
      const status = await world.queue.find(FN, invocation.id);
      return status?.state === "retrying" || (status?.attempts ?? 0) > 1;
    });
    await world.untilState(invocation.id, "completed");
    expect(claims.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(claims.map(({ redelivered }) => redelivered)).toEqual([false, false, false]);
    expect(claims[0]?.dueAt).toBe(invocation.acceptedAt);
    for (const at of [1, 2]) {
      expect(claims[at]?.dueAt).toBeGreaterThanOrEqual((startedAt[at - 1] ?? 0) + at * 100);
      expect(startedAt[at]).toBeGreaterThanOrEqual((claims[at]?.dueAt ?? Infinity) - 1);
    }
    expect(await world.queue.find(FN, invocation.id)).toMatchObject({
      attempts: 3,
      result: '"done"',
      error: null,
      deadLetterReason: null,
    });
  });

  test("an event that waits for a retry shows its last error and counts as delayed", async () => {
    const invocation = invocationOf();
    await world.queue.enqueue(invocation);
    await world.consume(() => ({ kind: "retry", delayMs: 60_000, error: FAILURE }));
    await world.untilState(invocation.id, "retrying");
    expect(await world.queue.find(FN, invocation.id)).toMatchObject({
      attempts: 1,
      error: FAILURE,
      finishedAt: null,
      deadLetterReason: null,
    });
    expect(await world.queue.depth(FN)).toEqual({
      waiting: 0,
      delayed: 1,
      active: 0,
      deadLettered: 0,
      oldestWaitingMs: 0,
    });
  });

  test("dead letters are listed newest first and redriven once, with fresh attempts and a fresh age", async () => {
    const letters = [invocationOf(), invocationOf(), invocationOf()];
    let healthy = false;
    const claims: Claim[] = [];
    await world.consume((claim) => {
      claims.push(claim);
      if (healthy) return DONE;
      if (claim.attempt === 1) return { kind: "retry", delayMs: 0, error: FAILURE };
      return { kind: "dead-letter", reason: "RetriesExhausted", error: FAILURE };
    });
    for (const letter of letters) {
      await world.queue.enqueue(letter);
      await world.untilState(letter.id, "dead-lettered");
      const finishedAt = (await world.queue.find(FN, letter.id))?.finishedAt ?? 0;
      await until("the clock moves on", () => Date.now() > finishedAt);
    }
    const listed = await world.queue.deadLetters(FN, 2);
    expect(listed.map(({ id }) => id)).toEqual([letters[2]?.id, letters[1]?.id]);
    expect(listed[0]).toMatchObject({
      state: "dead-lettered",
      attempts: 2,
      error: FAILURE,
      deadLetterReason: "RetriesExhausted",
    });
    expect(listed[0]?.finishedAt).toEqual(expect.any(Number));
    expect((await world.queue.depth(FN)).deadLettered).toBe(3);

    healthy = true;
    claims.length = 0;
    const redrivenAt = Date.now();
    expect(await world.queue.redrive(FN, letters[0]?.id)).toBe(1);
    expect(await world.queue.redrive(FN, letters[0]?.id)).toBe(0);
    expect(await world.queue.redrive(FN)).toBe(2);
    expect(await world.queue.redrive(FN)).toBe(0);
    for (const letter of letters) await world.untilState(letter.id, "completed");
    expect(claims.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
    for (const { invocation, dueAt } of claims) {
      expect(invocation.acceptedAt).toBeGreaterThanOrEqual(redrivenAt);
      expect(dueAt).toBe(invocation.acceptedAt);
    }
    expect(await world.queue.find(FN, letters[0]?.id ?? "")).toMatchObject({
      attempts: 1,
      acceptedAt: letters[0]?.acceptedAt,
      error: null,
    });
  });

  test("a release spends no attempt and keeps the due time", async () => {
    const invocation = invocationOf();
    await world.queue.enqueue(invocation);
    const claims: Claim[] = [];
    await world.consume((claim) => {
      claims.push(claim);
      if (claims.length === 1) return { kind: "release", delayMs: 0 };
      if (claims.length === 2) return { kind: "release", delayMs: 50 };
      if (claims.length === 3) return { kind: "retry", delayMs: 0, error: FAILURE };
      return DONE;
    });
    await world.untilState(invocation.id, "completed");
    expect(claims.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 2]);
    expect(claims.slice(0, 3).map(({ dueAt }) => dueAt)).toEqual(Array(3).fill(invocation.acceptedAt));
    expect(claims.some(({ redelivered }) => redelivered)).toBe(false);
    expect(claims.map(({ releases }) => releases)).toEqual([0, 1, 2, 0]);
  });

  test("an ending that is deferred comes back with the event, without spending an attempt", async () => {
    const invocation = invocationOf();
    await world.queue.enqueue(invocation);
    const claims: Claim[] = [];
    await world.consume((claim) => {
      claims.push(claim);
      if (claims.length < 3) return { kind: "defer", delayMs: 20, ending: { ...ENDING, tries: claims.length } };
      return { kind: "complete", result: null };
    });
    await world.untilState(invocation.id, "completed");
    expect(claims.map(({ ending }) => ending?.tries)).toEqual([undefined, 1, 2]);
    expect(claims[2]).toMatchObject({ ending: { ...ENDING, tries: 2 }, attempt: 1, redelivered: false, invocation });
    expect(claims[2]?.invocation).not.toHaveProperty("ending");
    expect(await world.queue.find(FN, invocation.id)).toMatchObject({ attempts: 1, result: null });
  });

  test("an event that was forwarded is known to be dead-lettered, and is not kept for a redrive", async () => {
    const invocation = invocationOf();
    await world.queue.enqueue(invocation);
    await world.consume(() => ({
      kind: "dead-letter",
      reason: "RetriesExhausted",
      error: FAILURE,
      forwarded: true,
    }));
    await world.untilState(invocation.id, "dead-lettered");
    expect(await world.queue.find(FN, invocation.id)).toMatchObject({
      attempts: 1,
      error: FAILURE,
      deadLetterReason: "RetriesExhausted",
      finishedAt: expect.any(Number) as number,
    });
    expect(await world.queue.deadLetters(FN, 10)).toEqual([]);
    expect(await world.queue.depth(FN)).toMatchObject({ deadLettered: 0, waiting: 0, delayed: 0 });
    expect(await world.queue.redrive(FN, invocation.id)).toBe(0);
    expect(await world.queue.redrive(FN)).toBe(0);
  });

  test("what is redriven still has its ending, from before the redrive", async () => {
    const invocation = invocationOf();
    await world.queue.enqueue(invocation);
    const claims: Claim[] = [];
    await world.consume((claim) => {
      claims.push(claim);
      if (claims.length === 1) return { kind: "defer", delayMs: 0, ending: ENDING };
      if (claims.length === 2) return { kind: "dead-letter", reason: "DestinationFailed", error: FAILURE };
      return DONE;
    });
    await world.untilState(invocation.id, "dead-lettered");
    expect(await world.queue.redrive(FN, invocation.id)).toBe(1);
    await world.untilState(invocation.id, "completed");
    expect(claims[2]).toMatchObject({ attempt: 1, releases: 0, ending: ENDING });
    expect(claims[2]?.invocation.acceptedAt).toBeGreaterThanOrEqual(invocation.acceptedAt);
  });
}

const ENDING: EventEnding = {
  at: 1,
  condition: "Success",
  invokeCount: 1,
  response: { version: "3", payload: '{"done":true}', failed: false },
  error: null,
  pending: [{ role: "destination", arn: "arn:aws:lambda:us-east-1:000000000000:function:next" }],
  tries: 1,
};
