import { randomUUID } from "node:crypto";
import type { Claim, Invocation, Verdict } from "@sluice/core";
import { DONE, FAILURE, type ContractWorld } from "./contract-world.ts";
import { FN, invocationOf } from "./events.ts";
import { until } from "./until.ts";

/** What `enqueue` and the questions about events promise. */
export function describeAcceptance(world: ContractWorld): void {
  test("exactly what is accepted comes out, once, over several functions and consumers", async () => {
    const functions = ["a", "b", "c"].map((suffix) => ({ tenant: "default", name: `fn-${suffix}` }));
    const accepted = Array.from({ length: 1_000 }, (_, at) =>
      invocationOf(functions[at % 3], JSON.stringify({ text: `„${at}“ \u{1f4f7}\ud800` })),
    );
    const received: Invocation[] = [];
    const take = (claim: Claim): Verdict => {
      received.push(claim.invocation);
      return DONE;
    };
    await Promise.all(accepted.slice(0, 500).map((invocation) => world.queue.enqueue(invocation)));
    await world.consume(take);
    await world.consume(take);
    await Promise.all(accepted.slice(500).map((invocation) => world.queue.enqueue(invocation)));
    await until("all are done", async () => {
      const depths = await Promise.all(functions.map((fn) => world.queue.depth(fn)));
      return depths.every(({ waiting, active }) => waiting + active === 0);
    });
    const byId = (a: Invocation, b: Invocation): number => (a.id < b.id ? -1 : 1);
    expect(received.toSorted(byId)).toEqual(accepted.toSorted(byId));
  });

  test("an idempotency key answers the first id while queued and after completion", async () => {
    const [first, second, third] = [invocationOf(), invocationOf(), invocationOf()];
    const options = { idempotencyKey: "s3:bucket/key: with 'odd' \u{1f4f7} text" };
    expect(await world.queue.enqueue(first, options)).toEqual({ id: first.id, duplicate: false });
    expect(await world.queue.enqueue(second, options)).toEqual({ id: first.id, duplicate: true });
    const runs: string[] = [];
    await world.consume((claim) => {
      runs.push(claim.invocation.id);
      return DONE;
    });
    await world.untilState(first.id, "completed");
    expect(await world.queue.enqueue(third, options)).toEqual({ id: first.id, duplicate: true });
    const other = invocationOf();
    expect(await world.queue.enqueue(other, { idempotencyKey: "another" })).toEqual({
      id: other.id,
      duplicate: false,
    });
    await world.untilState(other.id, "completed");
    expect(runs).toEqual([first.id, other.id]);
    expect(await world.queue.find(FN, third.id)).toBeUndefined();
  });

  test("an idempotency key outlives a dead-lettered event and ends with its time", async () => {
    const [first, second, third] = [invocationOf(), invocationOf(), invocationOf()];
    await world.queue.enqueue(first, { idempotencyKey: "lasting" });
    await world.consume(() => ({ kind: "dead-letter", reason: "RetriesExhausted", error: FAILURE }));
    await world.untilState(first.id, "dead-lettered");
    expect(await world.queue.enqueue(second, { idempotencyKey: "lasting" })).toEqual({
      id: first.id,
      duplicate: true,
    });
    const brief = { idempotencyKey: "brief", idempotencyTtlMs: 1 };
    await world.queue.enqueue(second, brief);
    await until("the record is gone", async () => !(await world.queue.enqueue(third, brief)).duplicate);
  });

  test("many calls with one idempotency key at once queue one event", async () => {
    const calls = Array.from({ length: 50 }, () => world.queue.enqueue(invocationOf(), { idempotencyKey: "same" }));
    const answers = await Promise.all(calls);
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect((await world.queue.depth(FN)).waiting).toBe(1);
  });

  test("the age of the oldest waiting event counts from its acceptance", async () => {
    expect((await world.queue.depth(FN)).oldestWaitingMs).toBe(0);
    const invocation = { ...invocationOf(), acceptedAt: Date.now() - 60_000 };
    await world.queue.enqueue(invocation);
    await world.queue.enqueue(invocationOf());
    const { waiting, oldestWaitingMs } = await world.queue.depth(FN);
    expect(waiting).toBe(2);
    expect(oldestWaitingMs).toBeGreaterThanOrEqual(60_000);
    expect(oldestWaitingMs).toBeLessThan(90_000);
  });

  test("a result of more than 64 KiB is not kept", async () => {
    const [small, large] = [invocationOf(), invocationOf()];
    await world.queue.enqueue(small);
    await world.queue.enqueue(large);
    const text = JSON.stringify("x".repeat(64 * 1024));
    await world.consume(({ invocation }) => ({ kind: "complete", result: invocation.id === small.id ? "null" : text }));
    await world.untilState(small.id, "completed");
    await world.untilState(large.id, "completed");
    expect((await world.queue.find(FN, small.id))?.result).toBe("null");
    expect((await world.queue.find(FN, large.id))?.result).toBeNull();
  });

  test("a deleted function leaves nothing behind, and a new one of its name starts afresh", async () => {
    const consumer = await world.consume(() => ({ kind: "dead-letter", reason: "RetriesExhausted", error: FAILURE }));
    const dead = invocationOf();
    await world.queue.enqueue(dead, { idempotencyKey: "once" });
    await world.untilState(dead.id, "dead-lettered");
    await consumer.drain(5_000);
    const waiting = invocationOf();
    await world.queue.enqueue(waiting);
    await world.queue.obliterate(FN);
    expect(await world.queue.depth(FN)).toMatchObject({ waiting: 0, deadLettered: 0 });
    expect(await world.queue.find(FN, waiting.id)).toBeUndefined();
    const next = invocationOf();
    expect(await world.queue.enqueue(next, { idempotencyKey: "once" })).toEqual({ id: next.id, duplicate: false });
    await world.consume(() => DONE);
    await world.untilState(next.id, "completed");
  });

  test("nothing is known of an id that was never queued, whatever it looks like", async () => {
    await world.queue.enqueue(invocationOf());
    for (const id of [randomUUID(), "wait", "meta", "events", ""]) {
      expect(await world.queue.find(FN, id)).toBeUndefined();
      expect(await world.queue.redrive(FN, id === "" ? "-" : id)).toBe(0);
    }
  });

  test("a stopped queue takes nothing", async () => {
    await world.queue.stop();
    await world.queue.stop();
    await expect(world.queue.enqueue(invocationOf())).rejects.toMatchObject({ code: "Service.Draining" });
  });
}
