import type { Claim, Verdict } from "@sluice/core";
import { DONE, FAILURE, type ContractWorld } from "./contract-world.ts";
import { FN, invocationOf } from "./events.ts";
import { until } from "./until.ts";

/** Which claims a consumer takes, and when it lets go. */
export function describeConsuming(world: ContractWorld): void {
  test("a function's concurrency holds over two consumers", async () => {
    let [running, most] = [0, 0];
    const invocations = Array.from({ length: 60 }, () => invocationOf());
    await Promise.all(invocations.map((invocation) => world.queue.enqueue(invocation)));
    const handle = async (): Promise<Verdict> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      return DONE;
    };
    await world.consume(handle, { limit: 3 });
    await world.consume(handle, { limit: 3 });
    await until("all are done", async () => {
      const { waiting, active } = await world.queue.depth(FN);
      return waiting + active === 0;
    });
    expect(most).toBe(3);
  });

  test("a function of concurrency 0 runs nothing, while others do", async () => {
    const [held, free] = ["held", "free"].map((name) => invocationOf({ tenant: "default", name }));
    const ran: string[] = [];
    for (const invocation of [held, free]) if (invocation !== undefined) await world.queue.enqueue(invocation);
    await world.consume(
      ({ invocation }) => {
        ran.push(invocation.function);
        return DONE;
      },
      { limit: (name) => (name === "held" ? 0 : null) },
    );
    await until("the other has run", () => ran.length > 0);
    expect(ran).toEqual(["free"]);
    expect((await world.queue.depth({ tenant: "default", name: "held" })).waiting).toBe(1);
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
    await Promise.all(Array.from({ length: 40 }, () => world.queue.enqueue(invocationOf(x))));
    const consumer = await world.consume(hold, { capacity: 8 });
    world.drains.unshift(async () => gate.resolve());
    await until("one busy function has the whole capacity", () => (running.get("x") ?? 0) >= 8);
    await Promise.all(Array.from({ length: 40 }, () => world.queue.enqueue(invocationOf(y))));
    await consumer.tick();
    expect((running.get("x") ?? 0) + (running.get("y") ?? 0)).toBeLessThanOrEqual(8 + 2);
    gate.resolve();
    await until("all are done", () => running.get("x") === 40 && running.get("y") === 40);
  });

  test("a consumer attaches to queues that become active and detaches from idle ones", async () => {
    const consumer = await world.consume(() => DONE, { detaching: true });
    expect(consumer.attached()).toEqual([]);
    expect(await world.queue.activeFunctions()).toEqual([]);
    for (const _ of [1, 2]) {
      const invocation = invocationOf();
      await world.queue.enqueue(invocation);
      expect(await world.queue.activeFunctions()).toEqual([FN]);
      await consumer.tick();
      expect(consumer.attached()).toEqual([FN]);
      await world.untilState(invocation.id, "completed");
      await until("the idle queue is detached", async () => {
        await consumer.tick();
        return consumer.attached().length === 0;
      });
      expect(await world.queue.activeFunctions()).toEqual([]);
    }
  });

  test("a queue that waits for a retry stays attached", async () => {
    const invocation = invocationOf();
    await world.queue.enqueue(invocation);
    const consumer = await world.consume(() => ({ kind: "retry", delayMs: 60_000, error: FAILURE }), {
      detaching: true,
    });
    expect(consumer.attached()).toEqual([FN]);
    await world.untilState(invocation.id, "retrying");
    const later = Date.now() + 300;
    await until("the idle time has passed", async () => {
      await consumer.tick();
      return Date.now() > later;
    });
    expect(consumer.attached()).toEqual([FN]);
  });

  test("starting twice is starting once", async () => {
    const consumer = await world.consume(() => DONE);
    await consumer.start();
    const invocation = invocationOf();
    await world.queue.enqueue(invocation);
    await world.untilState(invocation.id, "completed");
  });

  test("draining ends running claims and takes no more", async () => {
    const gate = Promise.withResolvers<void>();
    let started = 0;
    const consumer = await world.consume(
      async () => {
        started += 1;
        await gate.promise;
        return DONE;
      },
      { capacity: 2 },
    );
    const invocations = Array.from({ length: 10 }, () => invocationOf());
    await Promise.all(invocations.map((invocation) => world.queue.enqueue(invocation)));
    await until("it is busy", () => started >= 2);
    const drained = consumer.drain(10_000);
    const startedBefore = started;
    gate.resolve();
    await drained;
    await consumer.tick();
    expect(consumer.attached()).toEqual([]);
    // One more may have been on its way from the queue.
    expect(started).toBeLessThanOrEqual(startedBefore + 1);
    const states = await Promise.all(invocations.map(({ id }) => world.queue.find(FN, id)));
    expect(states.filter((status) => status?.state === "completed")).toHaveLength(started);
    expect((await world.queue.depth(FN)).waiting).toBe(10 - started);
  });

  test("what a drain leaves behind runs elsewhere, tagged, and its late verdict is discarded", async () => {
    const gate = Promise.withResolvers<void>();
    const invocation = invocationOf();
    await world.queue.enqueue(invocation);
    let started = false;
    const late = await world.consume(async () => {
      started = true;
      await gate.promise;
      return { kind: "complete", result: '"late"' };
    });
    await until("it runs", () => started);
    await late.drain(50);
    const claims: Claim[] = [];
    await world.consume((claim) => {
      claims.push(claim);
      return DONE;
    });
    await world.untilState(invocation.id, "completed");
    gate.resolve();
    expect(claims).toMatchObject([{ attempt: 1, redelivered: true }]);
    expect((await world.queue.find(FN, invocation.id))?.result).toBe('"done"');
  });
}
