import { randomUUID } from "node:crypto";
import type {
  Claim,
  ConsumerOptions,
  Invocation,
  InvocationConsumer,
  InvocationQueue,
  InvocationState,
  Verdict,
} from "@sluice/core";
import { FN, invocationOf } from "./events.ts";
import { until } from "./until.ts";

/** One adapter under test, with queues that nothing else uses. */
export interface QueueHarness {
  readonly queue: InvocationQueue;
  /** @param detaching whether it detaches from empty queues soon, as opposed to after half a minute */
  consumer(options: ConsumerOptions, detaching: boolean): InvocationConsumer;
  close(): Promise<void>;
}

const FAILURE = { errorType: "TypeError", errorMessage: "x is not a function" };
const DONE: Verdict = { kind: "complete", result: '"done"' };

/** What every adapter of `InvocationQueue` and `InvocationConsumer` promises. */
export function describeQueueContract(name: string, open: () => Promise<QueueHarness>): void {
  describe(name, () => {
    let harness: QueueHarness;
    const drains: (() => Promise<void>)[] = [];

    beforeEach(async () => {
      harness = await open();
    });
    afterEach(async () => {
      await Promise.all(drains.splice(0).map((drain) => drain()));
      await harness.close();
    });

    /** A running consumer; or one that detaches soon, but looks for queues only when it is told to. */
    async function consume(
      handle: (claim: Claim) => Verdict | Promise<Verdict>,
      options: { readonly capacity?: number; readonly limit?: number; readonly detaching?: boolean } = {},
    ): Promise<InvocationConsumer> {
      const consumer = harness.consumer(
        {
          capacity: options.capacity ?? 16,
          concurrencyOf: async () => options.limit ?? null,
          handle: async (claim) => handle(claim),
        },
        options.detaching ?? false,
      );
      drains.push(() => consumer.drain(5_000));
      if (options.detaching !== true) await consumer.start();
      await consumer.tick();
      return consumer;
    }

    async function untilState(id: string, state: InvocationState): Promise<void> {
      await until(`${id} is ${state}`, async () => (await harness.queue.find(FN, id))?.state === state);
    }

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
      await Promise.all(accepted.slice(0, 500).map((invocation) => harness.queue.enqueue(invocation)));
      await consume(take);
      await consume(take);
      await Promise.all(accepted.slice(500).map((invocation) => harness.queue.enqueue(invocation)));
      await until("all are done", async () => {
        const depths = await Promise.all(functions.map((fn) => harness.queue.depth(fn)));
        return depths.every(({ waiting, active }) => waiting + active === 0);
      });
      const byId = (a: Invocation, b: Invocation): number => (a.id < b.id ? -1 : 1);
      expect(received.toSorted(byId)).toEqual(accepted.toSorted(byId));
    });

    test("an idempotency key answers the first id while queued and after completion", async () => {
      const [first, second, third] = [invocationOf(), invocationOf(), invocationOf()];
      const options = { idempotencyKey: "s3:bucket/key: with 'odd' \u{1f4f7} text" };
      expect(await harness.queue.enqueue(first, options)).toEqual({ id: first.id, duplicate: false });
      expect(await harness.queue.enqueue(second, options)).toEqual({ id: first.id, duplicate: true });
      const runs: string[] = [];
      await consume((claim) => {
        runs.push(claim.invocation.id);
        return DONE;
      });
      await untilState(first.id, "completed");
      expect(await harness.queue.enqueue(third, options)).toEqual({ id: first.id, duplicate: true });
      const other = invocationOf();
      expect(await harness.queue.enqueue(other, { idempotencyKey: "another" })).toEqual({
        id: other.id,
        duplicate: false,
      });
      await untilState(other.id, "completed");
      expect(runs).toEqual([first.id, other.id]);
      expect(await harness.queue.find(FN, third.id)).toBeUndefined();
    });

    test("an idempotency key outlives a dead-lettered event and ends with its time", async () => {
      const [first, second, third] = [invocationOf(), invocationOf(), invocationOf()];
      await harness.queue.enqueue(first, { idempotencyKey: "lasting" });
      await consume(() => ({ kind: "dead-letter", reason: "RetriesExhausted", error: FAILURE }));
      await untilState(first.id, "dead-lettered");
      expect(await harness.queue.enqueue(second, { idempotencyKey: "lasting" })).toEqual({
        id: first.id,
        duplicate: true,
      });
      const brief = { idempotencyKey: "brief", idempotencyTtlMs: 1 };
      await harness.queue.enqueue(second, brief);
      await until("the record is gone", async () => !(await harness.queue.enqueue(third, brief)).duplicate);
    });

    test("many calls with one idempotency key at once queue one event", async () => {
      const calls = Array.from({ length: 50 }, () => harness.queue.enqueue(invocationOf(), { idempotencyKey: "same" }));
      const answers = await Promise.all(calls);
      expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
      expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
      expect((await harness.queue.depth(FN)).waiting).toBe(1);
    });

    test("a retry runs after its delay, as the next attempt, due when the delay ended", async () => {
      const invocation = invocationOf();
      await harness.queue.enqueue(invocation);
      const claims: Claim[] = [];
      const startedAt: number[] = [];
      await consume((claim) => {
        claims.push(claim);
        startedAt.push(Date.now());
        if (claim.attempt < 3) return { kind: "retry", delayMs: claim.attempt * 100, error: FAILURE };
        return DONE;
      });
      await until("the first retry waits", async () => {
        const status = await harness.queue.find(FN, invocation.id);
        return status?.state === "retrying" || (status?.attempts ?? 0) > 1;
      });
      await untilState(invocation.id, "completed");
      expect(claims.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
      expect(claims.map(({ redelivered }) => redelivered)).toEqual([false, false, false]);
      expect(claims[0]?.dueAt).toBe(invocation.acceptedAt);
      for (const at of [1, 2]) {
        expect(claims[at]?.dueAt).toBeGreaterThanOrEqual((startedAt[at - 1] ?? 0) + at * 100);
        expect(startedAt[at]).toBeGreaterThanOrEqual((claims[at]?.dueAt ?? Infinity) - 1);
      }
      expect(await harness.queue.find(FN, invocation.id)).toMatchObject({
        attempts: 3,
        result: '"done"',
        error: null,
        deadLetterReason: null,
      });
    });

    test("an event that waits for a retry shows its last error and counts as delayed", async () => {
      const invocation = invocationOf();
      await harness.queue.enqueue(invocation);
      await consume(() => ({ kind: "retry", delayMs: 60_000, error: FAILURE }));
      await untilState(invocation.id, "retrying");
      expect(await harness.queue.find(FN, invocation.id)).toMatchObject({
        attempts: 1,
        error: FAILURE,
        finishedAt: null,
        deadLetterReason: null,
      });
      expect(await harness.queue.depth(FN)).toEqual({
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
      await consume((claim) => {
        claims.push(claim);
        if (healthy) return DONE;
        if (claim.attempt === 1) return { kind: "retry", delayMs: 0, error: FAILURE };
        return { kind: "dead-letter", reason: "RetriesExhausted", error: FAILURE };
      });
      for (const letter of letters) {
        await harness.queue.enqueue(letter);
        await untilState(letter.id, "dead-lettered");
        const finishedAt = (await harness.queue.find(FN, letter.id))?.finishedAt ?? 0;
        await until("the clock moves on", () => Date.now() > finishedAt);
      }
      const listed = await harness.queue.deadLetters(FN, 2);
      expect(listed.map(({ id }) => id)).toEqual([letters[2]?.id, letters[1]?.id]);
      expect(listed[0]).toMatchObject({
        state: "dead-lettered",
        attempts: 2,
        error: FAILURE,
        deadLetterReason: "RetriesExhausted",
      });
      expect(listed[0]?.finishedAt).toEqual(expect.any(Number));
      expect((await harness.queue.depth(FN)).deadLettered).toBe(3);

      healthy = true;
      claims.length = 0;
      const redrivenAt = Date.now();
      expect(await harness.queue.redrive(FN, letters[0]?.id)).toBe(1);
      expect(await harness.queue.redrive(FN, letters[0]?.id)).toBe(0);
      expect(await harness.queue.redrive(FN)).toBe(2);
      expect(await harness.queue.redrive(FN)).toBe(0);
      for (const letter of letters) await untilState(letter.id, "completed");
      expect(claims.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
      for (const { invocation, dueAt } of claims) {
        expect(invocation.acceptedAt).toBeGreaterThanOrEqual(redrivenAt);
        expect(dueAt).toBe(invocation.acceptedAt);
      }
      expect(await harness.queue.find(FN, letters[0]?.id ?? "")).toMatchObject({
        attempts: 1,
        acceptedAt: letters[0]?.acceptedAt,
        error: null,
      });
    });

    test("a release spends no attempt and keeps the due time", async () => {
      const invocation = invocationOf();
      await harness.queue.enqueue(invocation);
      const claims: Claim[] = [];
      await consume((claim) => {
        claims.push(claim);
        if (claims.length === 1) return { kind: "release", delayMs: 0 };
        if (claims.length === 2) return { kind: "release", delayMs: 50 };
        if (claims.length === 3) return { kind: "retry", delayMs: 0, error: FAILURE };
        return DONE;
      });
      await untilState(invocation.id, "completed");
      expect(claims.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 2]);
      expect(claims.slice(0, 3).map(({ dueAt }) => dueAt)).toEqual(Array(3).fill(invocation.acceptedAt));
      expect(claims.some(({ redelivered }) => redelivered)).toBe(false);
    });

    test("a function's concurrency holds over two consumers", async () => {
      let [running, most] = [0, 0];
      const invocations = Array.from({ length: 60 }, () => invocationOf());
      await Promise.all(invocations.map((invocation) => harness.queue.enqueue(invocation)));
      const handle = async (): Promise<Verdict> => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
        return DONE;
      };
      await consume(handle, { limit: 3 });
      await consume(handle, { limit: 3 });
      await until("all are done", async () => {
        const { waiting, active } = await harness.queue.depth(FN);
        return waiting + active === 0;
      });
      expect(most).toBe(3);
    });

    test("a consumer holds about as many claims as its capacity, shared between busy functions", async () => {
      const functions = ["x", "y"].map((name) => ({ tenant: "default", name }));
      const running = new Map<string, number>();
      const gate = Promise.withResolvers<void>();
      const hold = async ({ invocation }: Claim): Promise<Verdict> => {
        running.set(invocation.function, (running.get(invocation.function) ?? 0) + 1);
        await gate.promise;
        return DONE;
      };
      const [x, y] = functions;
      await Promise.all(Array.from({ length: 40 }, () => harness.queue.enqueue(invocationOf(x))));
      const consumer = await consume(hold, { capacity: 8 });
      drains.unshift(async () => gate.resolve());
      await until("one busy function has the whole capacity", () => (running.get("x") ?? 0) >= 8);
      await Promise.all(Array.from({ length: 40 }, () => harness.queue.enqueue(invocationOf(y))));
      await consumer.tick();
      expect((running.get("x") ?? 0) + (running.get("y") ?? 0)).toBeLessThanOrEqual(8 + 2);
      gate.resolve();
      await until("all are done", () => running.get("x") === 40 && running.get("y") === 40);
    });

    test("a consumer attaches to queues that become active and detaches from idle ones", async () => {
      const consumer = await consume(() => DONE, { detaching: true });
      expect(consumer.attached()).toEqual([]);
      expect(await harness.queue.activeFunctions()).toEqual([]);
      for (const _ of [1, 2]) {
        const invocation = invocationOf();
        await harness.queue.enqueue(invocation);
        expect(await harness.queue.activeFunctions()).toEqual([FN]);
        await consumer.tick();
        expect(consumer.attached()).toEqual([FN]);
        await untilState(invocation.id, "completed");
        await until("the idle queue is detached", async () => {
          await consumer.tick();
          return consumer.attached().length === 0;
        });
        expect(await harness.queue.activeFunctions()).toEqual([]);
      }
    });

    test("a queue that waits for a retry stays attached", async () => {
      const invocation = invocationOf();
      await harness.queue.enqueue(invocation);
      const consumer = await consume(() => ({ kind: "retry", delayMs: 60_000, error: FAILURE }), { detaching: true });
      expect(consumer.attached()).toEqual([FN]);
      await untilState(invocation.id, "retrying");
      const later = Date.now() + 300;
      await until("the idle time has passed", async () => {
        await consumer.tick();
        return Date.now() > later;
      });
      expect(consumer.attached()).toEqual([FN]);
    });

    test("starting twice is starting once", async () => {
      const consumer = await consume(() => DONE);
      await consumer.start();
      const invocation = invocationOf();
      await harness.queue.enqueue(invocation);
      await untilState(invocation.id, "completed");
    });

    test("draining ends running claims and takes no more", async () => {
      const gate = Promise.withResolvers<void>();
      let started = 0;
      const consumer = await consume(
        async () => {
          started += 1;
          await gate.promise;
          return DONE;
        },
        { capacity: 2 },
      );
      const invocations = Array.from({ length: 10 }, () => invocationOf());
      await Promise.all(invocations.map((invocation) => harness.queue.enqueue(invocation)));
      await until("it is busy", () => started >= 2);
      const drained = consumer.drain(10_000);
      const startedBefore = started;
      gate.resolve();
      await drained;
      await consumer.tick();
      expect(consumer.attached()).toEqual([]);
      // One more may have been on its way from the queue.
      expect(started).toBeLessThanOrEqual(startedBefore + 1);
      const states = await Promise.all(invocations.map(({ id }) => harness.queue.find(FN, id)));
      expect(states.filter((status) => status?.state === "completed")).toHaveLength(started);
      expect((await harness.queue.depth(FN)).waiting).toBe(10 - started);
    });

    test("what a drain leaves behind runs elsewhere, tagged, and its late verdict is discarded", async () => {
      const gate = Promise.withResolvers<void>();
      const invocation = invocationOf();
      await harness.queue.enqueue(invocation);
      let started = false;
      const late = await consume(async () => {
        started = true;
        await gate.promise;
        return { kind: "complete", result: '"late"' };
      });
      await until("it runs", () => started);
      await late.drain(50);
      const claims: Claim[] = [];
      await consume((claim) => {
        claims.push(claim);
        return DONE;
      });
      await untilState(invocation.id, "completed");
      gate.resolve();
      expect(claims).toMatchObject([{ attempt: 1, redelivered: true }]);
      expect((await harness.queue.find(FN, invocation.id))?.result).toBe('"done"');
    });

    test("the age of the oldest waiting event counts from its acceptance", async () => {
      expect((await harness.queue.depth(FN)).oldestWaitingMs).toBe(0);
      const invocation = { ...invocationOf(), acceptedAt: Date.now() - 60_000 };
      await harness.queue.enqueue(invocation);
      await harness.queue.enqueue(invocationOf());
      const { waiting, oldestWaitingMs } = await harness.queue.depth(FN);
      expect(waiting).toBe(2);
      expect(oldestWaitingMs).toBeGreaterThanOrEqual(60_000);
      expect(oldestWaitingMs).toBeLessThan(90_000);
    });

    test("a result of more than 64 KiB is not kept", async () => {
      const [small, large] = [invocationOf(), invocationOf()];
      await harness.queue.enqueue(small);
      await harness.queue.enqueue(large);
      const text = JSON.stringify("x".repeat(64 * 1024));
      await consume(({ invocation }) => ({ kind: "complete", result: invocation.id === small.id ? "null" : text }));
      await untilState(small.id, "completed");
      await untilState(large.id, "completed");
      expect((await harness.queue.find(FN, small.id))?.result).toBe("null");
      expect((await harness.queue.find(FN, large.id))?.result).toBeNull();
    });

    test("a deleted function leaves nothing behind, and a new one of its name starts afresh", async () => {
      const consumer = await consume(() => ({ kind: "dead-letter", reason: "RetriesExhausted", error: FAILURE }));
      const dead = invocationOf();
      await harness.queue.enqueue(dead, { idempotencyKey: "once" });
      await untilState(dead.id, "dead-lettered");
      await consumer.drain(5_000);
      const waiting = invocationOf();
      await harness.queue.enqueue(waiting);
      await harness.queue.obliterate(FN);
      expect(await harness.queue.depth(FN)).toMatchObject({ waiting: 0, deadLettered: 0 });
      expect(await harness.queue.find(FN, waiting.id)).toBeUndefined();
      const next = invocationOf();
      expect(await harness.queue.enqueue(next, { idempotencyKey: "once" })).toEqual({ id: next.id, duplicate: false });
      await consume(() => DONE);
      await untilState(next.id, "completed");
    });

    test("nothing is known of an id that was never queued, whatever it looks like", async () => {
      await harness.queue.enqueue(invocationOf());
      for (const id of [randomUUID(), "wait", "meta", "events", ""]) {
        expect(await harness.queue.find(FN, id)).toBeUndefined();
        expect(await harness.queue.redrive(FN, id === "" ? "-" : id)).toBe(0);
      }
    });

    test("a stopped queue takes nothing", async () => {
      await harness.queue.stop();
      await harness.queue.stop();
      await expect(harness.queue.enqueue(invocationOf())).rejects.toMatchObject({ code: "Service.Draining" });
    });
  });
}
