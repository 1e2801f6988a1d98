import { DEFAULT_QUEUE_ATTRIBUTES } from "@sluice/core";
import type { OnQueues } from "./message-queues.suite.ts";
import { bodies, makeQueue, ORDERS, outgoing, sendAll, take } from "./queue-samples.ts";

export function queueRecordsContract(on: OnQueues): void {
  test(
    "a queue keeps its first attributes when it is created again, and changes by update only",
    on(async (queues) => {
      const attributes = { ...DEFAULT_QUEUE_ATTRIBUTES, delayMs: 5_000, inert: { Policy: "{}" } };
      const first = await queues.create({ ...ORDERS, attributes, tags: { team: "a" } });
      expect(first).toMatchObject({ created: true, queue: { ...ORDERS, attributes, tags: { team: "a" } } });
      const again = await queues.create({ ...ORDERS, attributes: DEFAULT_QUEUE_ATTRIBUTES, tags: {} });
      expect(again).toEqual({ created: false, queue: first.queue });
      await queues.update({ ...ORDERS, change: ({ tags }) => ({ tags: { ...tags, cost: "1" } }) });
      await queues.update({ ...ORDERS, change: (queue) => ({ attributes: { ...queue.attributes, delayMs: 0 } }) });
      expect(await queues.describe(ORDERS)).toMatchObject({
        id: first.queue.id,
        attributes: { ...attributes, delayMs: 0 },
        tags: { team: "a", cost: "1" },
      });
    }),
  );

  test(
    "changes made at the same time are all kept",
    on(async (queues) => {
      await makeQueue(queues, ORDERS);
      const names = Array.from({ length: 8 }, (_, index) => `tag-${index}`);
      await Promise.all(
        names.map((name) => queues.update({ ...ORDERS, change: ({ tags }) => ({ tags: { ...tags, [name]: "x" } }) })),
      );
      expect(Object.keys((await queues.describe(ORDERS))?.tags ?? {}).sort()).toEqual(names);
    }),
  );

  test(
    "a tenant lists its own queues in order, by prefix and page",
    on(async (queues) => {
      for (const name of ["b", "a-2", "a-1", "c"]) await makeQueue(queues, { tenant: "acme", name });
      await makeQueue(queues, { tenant: "other", name: "a-3" });
      const list = async (options: { prefix?: string; after?: string; limit: number }) =>
        (await queues.list({ tenant: "acme", ...options })).map(({ name }) => name);
      expect(await list({ limit: 10 })).toEqual(["a-1", "a-2", "b", "c"]);
      expect(await list({ limit: 10, prefix: "a-" })).toEqual(["a-1", "a-2"]);
      expect(await list({ limit: 2, after: "a-2" })).toEqual(["b", "c"]);
      await queues.destroy({ tenant: "acme", name: "b" });
      expect(await list({ limit: 10 })).toEqual(["a-1", "a-2", "c"]);
    }),
  );

  test(
    "a deleted queue is gone with its messages, also for one that has its name later",
    on(async (queues) => {
      await makeQueue(queues, ORDERS);
      await sendAll(queues, ORDERS, outgoing("old"));
      await queues.destroy(ORDERS);
      await expect(queues.destroy(ORDERS)).rejects.toMatchObject({ code: "Queue.NotFound" });
      await expect(sendAll(queues, ORDERS, outgoing("x"))).rejects.toMatchObject({ code: "Queue.NotFound" });
      await expect(take(queues, ORDERS)).rejects.toMatchObject({ code: "Queue.NotFound" });
      await expect(queues.update({ ...ORDERS, change: () => ({}) })).rejects.toMatchObject({ code: "Queue.NotFound" });
      expect(await queues.describe(ORDERS)).toBeUndefined();
      await makeQueue(queues, ORDERS);
      expect(await take(queues, ORDERS)).toEqual([]);
    }),
  );
}

export function queueBoundsContract(on: OnQueues): void {
  test(
    "a tenant has so many queues and no more",
    on(
      async (queues) => {
        await makeQueue(queues, ORDERS);
        await makeQueue(queues, ORDERS);
        const second = { tenant: "acme", name: "second" };
        await expect(makeQueue(queues, second)).rejects.toMatchObject({ code: "Queue.TooMany", details: { limit: 1 } });
        await makeQueue(queues, { tenant: "other", name: "second" });
        await queues.destroy(ORDERS);
        await makeQueue(queues, second);
      },
      { queuesPerTenant: 1 },
    ),
  );

  test(
    "a full queue refuses what comes and keeps what it has",
    on(
      async (queues) => {
        await makeQueue(queues, ORDERS, { messageBytesMax: 1_024 });
        const outcomes = await sendAll(queues, ORDERS, outgoing("1"), outgoing("2"), outgoing("x".repeat(1_025)));
        expect(outcomes).toMatchObject([{ kind: "sent" }, { reason: "full" }, { reason: "too-large" }]);
        const [one] = await take(queues, ORDERS);
        await queues.delete({ ...ORDERS, receipts: [one?.receipt ?? ""] });
        expect(await sendAll(queues, ORDERS, outgoing("x".repeat(1_000)))).toMatchObject([{ reason: "full" }]);
        expect(await sendAll(queues, ORDERS, outgoing("3"))).toMatchObject([{ kind: "sent" }]);
      },
      { messagesPerQueue: 1, queueBytes: 500 },
    ),
  );

  test(
    "so many messages are in flight and no more",
    on(
      async (queues) => {
        await makeQueue(queues, ORDERS);
        await sendAll(queues, ORDERS, ...["1", "2", "3"].map((body) => outgoing(body)));
        expect(bodies(await take(queues, ORDERS))).toEqual(["1", "2"]);
        expect(await queues.receive({ ...ORDERS, limit: 1 })).toEqual({ messages: [], overLimit: true });
      },
      { inFlight: 2 },
    ),
  );
}
