import type { MessageQueues } from "@sluice/core";
import { MESSAGE_QUEUE_LIMITS, type MessageQueueLimits } from "../queue-rules.ts";
import { type CreateStores, withStores } from "./contract.ts";
import { becomesTrue, eventually } from "./eventually.ts";
import { deadLettersContract } from "./dead-letters.suite.ts";
import { fifoQueuesContract } from "./fifo-queues.suite.ts";
import { noLossContract } from "./no-loss.suite.ts";
import { queueBoundsContract, queueRecordsContract } from "./queue-records.suite.ts";
import { bodies, makeQueue, ORDERS, outgoing, sendAll, take } from "./queue-samples.ts";

export type OnQueues = (
  body: (queues: MessageQueues) => Promise<void>,
  limits?: Partial<MessageQueueLimits>,
) => () => Promise<void>;

export function messageQueuesContract(create: CreateStores): void {
  const on: OnQueues = (body, limits) => () =>
    withStores(create, ({ messageQueues }) => body(messageQueues), {
      messageQueues: { ...MESSAGE_QUEUE_LIMITS, ...limits },
    });

  describe("message queues", () => {
    queueRecordsContract(on);
    delivery(on);
    receipts(on);
    waiting(on);
    queueBoundsContract(on);
    fifoQueuesContract(on);
    deadLettersContract(on);
    noLossContract(create);

    test("a stop ends a waiting receive with nothing", () =>
      withStores(create, async (stores) => {
        await makeQueue(stores.messageQueues, ORDERS);
        const received = take(stores.messageQueues, ORDERS, { waitMs: 20_000 });
        await take(stores.messageQueues, ORDERS, { waitMs: 20 });
        await stores.stop();
        expect(await received).toEqual([]);
      }));
  });
}

function delivery(on: OnQueues): void {
  test(
    "a message comes as it was sent, with the figures of its delivery, and not again while it is in flight",
    on(async (queues) => {
      await makeQueue(queues, ORDERS);
      const message = outgoing("héllo \u0000 \ud83d\ude00", {
        attributes: { n: { dataType: "Number", value: "1" }, b: { dataType: "Binary.png", value: "AAEC" } },
        traceHeader: "Root=1-2-3",
        groupId: "fair",
      });
      const [sent] = await sendAll(queues, ORDERS, message);
      expect(sent).toEqual({ kind: "sent", id: message.id, sequence: expect.any(String), duplicate: false });
      const [received] = await take(queues, ORDERS);
      expect(received).toMatchObject({ ...message, receiveCount: 1 });
      expect(Math.abs(Date.now() - (received?.sentAt ?? 0))).toBeLessThan(60_000);
      expect(received?.firstReceivedAt).toBeGreaterThanOrEqual(received?.sentAt ?? Number.NaN);
      expect(await take(queues, ORDERS)).toEqual([]);
      expect(await queues.depth(ORDERS)).toMatchObject({ visible: 0, inFlight: 1, delayed: 0 });
    }),
  );

  test(
    "messages come oldest first, as many as asked for and as fit",
    on(async (queues) => {
      await makeQueue(queues, ORDERS);
      await sendAll(queues, ORDERS, ...["1", "2", "3"].map((body) => outgoing(body)));
      expect(bodies(await take(queues, ORDERS, { limit: 1 }))).toEqual(["1"]);
      const small = await queues.receive({ ...ORDERS, limit: 10, bytes: 1 });
      expect(bodies(small.messages)).toEqual(["2"]);
      expect(bodies(await take(queues, ORDERS))).toEqual(["3"]);
    }),
  );

  test(
    "a message whose visibility ended comes again, and counts how often it came",
    on(async (queues) => {
      await makeQueue(queues, ORDERS, { visibilityMs: 1 });
      await sendAll(queues, ORDERS, outgoing("again"));
      await take(queues, ORDERS);
      const second = await eventually(async () => (await take(queues, ORDERS))[0]);
      expect(second).toMatchObject({ body: "again", receiveCount: 2 });
    }),
  );

  test(
    "a message waits for its delay, its own or the queue's",
    on(async (queues) => {
      await makeQueue(queues, ORDERS, { delayMs: 3_600_000 });
      await sendAll(
        queues,
        ORDERS,
        outgoing("late"),
        outgoing("soon", { delayMs: 1 }),
        outgoing("now", { delayMs: 0 }),
      );
      const seen: string[] = [];
      await becomesTrue(async () => {
        seen.push(...bodies(await take(queues, ORDERS)));
        return seen.length === 2;
      });
      expect(seen.sort()).toEqual(["now", "soon"]);
      expect(await queues.depth(ORDERS)).toMatchObject({ visible: 0, inFlight: 2, delayed: 1 });
    }),
  );

  test(
    "a message goes when its retention ends, wherever it is",
    on(async (queues) => {
      await makeQueue(queues, ORDERS, { retentionMs: 50 });
      await sendAll(queues, ORDERS, outgoing("a"), outgoing("b"), outgoing("c", { delayMs: 60_000 }));
      await take(queues, ORDERS, { limit: 1 });
      await becomesTrue(async () => {
        const { visible, inFlight, delayed } = await queues.depth(ORDERS);
        return visible + inFlight + delayed === 0;
      });
    }),
  );

  test(
    "a purge drops everything once a minute",
    on(async (queues) => {
      await makeQueue(queues, ORDERS);
      await sendAll(queues, ORDERS, outgoing("a"), outgoing("b"), outgoing("c", { delayMs: 1_000 }));
      await take(queues, ORDERS, { limit: 1 });
      expect(await queues.purge(ORDERS)).toBe(true);
      expect(await queues.depth(ORDERS)).toEqual({ visible: 0, inFlight: 0, delayed: 0, oldestMs: 0 });
      expect(await queues.purge(ORDERS)).toBe(false);
      await sendAll(queues, ORDERS, outgoing("d"));
      expect(bodies(await take(queues, ORDERS))).toEqual(["d"]);
    }),
  );
}

function receipts(on: OnQueues): void {
  test(
    "a receipt deletes its message; an older one of the same message does not",
    on(async (queues) => {
      await makeQueue(queues, ORDERS);
      await sendAll(queues, ORDERS, outgoing("a"));
      const [first] = await take(queues, ORDERS, { visibilityMs: 0 });
      const [second] = await take(queues, ORDERS);
      expect(await queues.delete({ ...ORDERS, receipts: [first?.receipt ?? ""] })).toEqual(["done"]);
      expect(await queues.depth(ORDERS)).toMatchObject({ inFlight: 1 });
      const receipt = second?.receipt ?? "";
      expect(await queues.delete({ ...ORDERS, receipts: [receipt, receipt, "nonsense"] })).toEqual([
        "done",
        "done",
        "invalid",
      ]);
      expect(await queues.depth(ORDERS)).toMatchObject({ visible: 0, inFlight: 0 });
    }),
  );

  test(
    "a late receipt still deletes a message that nobody received since",
    on(async (queues) => {
      await makeQueue(queues, ORDERS);
      await sendAll(queues, ORDERS, outgoing("a"));
      const [late] = await take(queues, ORDERS, { visibilityMs: 0 });
      await queues.delete({ ...ORDERS, receipts: [late?.receipt ?? ""] });
      expect(await queues.depth(ORDERS)).toMatchObject({ visible: 0, inFlight: 0 });
    }),
  );

  test(
    "visibility is extended, ended and bounded by twelve hours; who is not in flight has none",
    on(async (queues) => {
      await makeQueue(queues, ORDERS);
      await sendAll(queues, ORDERS, outgoing("a"), outgoing("b"));
      const [a, b] = await take(queues, ORDERS);
      const change = (receipt = "", visibilityMs = 0) =>
        queues.changeVisibility({ ...ORDERS, changes: [{ receipt, visibilityMs }] });
      expect(await change(a?.receipt, 60_000)).toEqual(["done"]);
      expect(await change(a?.receipt, 12 * 3_600_000 + 1)).toEqual(["too-long"]);
      expect(await change(b?.receipt, 0)).toEqual(["done"]);
      expect(await change(b?.receipt, 0)).toEqual(["expired"]);
      expect(await change("nonsense")).toEqual(["invalid"]);
      expect(bodies(await take(queues, ORDERS))).toEqual(["b"]);
    }),
  );

  test(
    "a receipt of another queue is none",
    on(async (queues) => {
      const other = { tenant: "acme", name: "other" };
      await makeQueue(queues, ORDERS);
      await makeQueue(queues, other);
      await sendAll(queues, ORDERS, outgoing("a"));
      const [a] = await take(queues, ORDERS);
      expect(await queues.delete({ ...other, receipts: [a?.receipt ?? ""] })).toEqual(["invalid"]);
    }),
  );
}

function waiting(on: OnQueues): void {
  test(
    "a receive waits for what is sent, and for what becomes visible",
    on(async (queues) => {
      await makeQueue(queues, ORDERS, { receiveWaitMs: 15_000 });
      const received = take(queues, ORDERS);
      await sendAll(queues, ORDERS, outgoing("sent"));
      expect(bodies(await received)).toEqual(["sent"]);
      await sendAll(queues, ORDERS, outgoing("delayed", { delayMs: 30 }));
      expect(bodies(await take(queues, ORDERS, { waitMs: 15_000 }))).toEqual(["delayed"]);
    }),
  );

  test(
    "a wait ends with its time, or when its caller is gone, and then takes nothing",
    on(async (queues) => {
      await makeQueue(queues, ORDERS);
      expect(await take(queues, ORDERS, { waitMs: 20 })).toEqual([]);
      const gone = new AbortController();
      const received = queues.receive({ ...ORDERS, limit: 1, waitMs: 15_000, signal: gone.signal });
      await take(queues, ORDERS);
      gone.abort();
      expect((await received).messages).toEqual([]);
      await sendAll(queues, ORDERS, outgoing("kept"));
      expect(bodies(await take(queues, ORDERS))).toEqual(["kept"]);
    }),
  );

  test(
    "a listener hears of what is sent until it stops",
    on(async (queues) => {
      await makeQueue(queues, ORDERS);
      let heard = 0;
      const stop = await queues.onMessage({ ...ORDERS, listener: () => (heard += 1) });
      await sendAll(queues, ORDERS, outgoing("a"));
      await becomesTrue(() => heard === 1);
      await stop();
      await sendAll(queues, ORDERS, outgoing("b"));
      expect(bodies(await take(queues, ORDERS))).toEqual(["a", "b"]);
      expect(heard).toBe(1);
    }),
  );
}
