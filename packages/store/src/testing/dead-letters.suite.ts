import { outgoingIn } from "./fifo-samples.ts";
import type { OnQueues } from "./message-queues.suite.ts";
import { bodies, FIFO, makeQueue, ORDERS, outgoing, sendAll, take } from "./queue-samples.ts";

const DEAD = { tenant: "acme", name: "dead" };
const DEAD_FIFO = { tenant: "acme", name: "dead.fifo" };

export function deadLettersContract(on: OnQueues): void {
  describe("dead letters", () => {
    test(
      "a message received too often moves to the dead-letter queue as it was, and others go on",
      on(async (queues) => {
        await makeQueue(queues, DEAD);
        await makeQueue(queues, ORDERS, { redrive: { deadLetterQueue: "dead", maxReceiveCount: 2 } });
        const bad = outgoing("bad", { attributes: { a: { dataType: "String", value: "x" } } });
        await sendAll(queues, ORDERS, bad);
        const [first] = await take(queues, ORDERS, { visibilityMs: 0 });
        await take(queues, ORDERS, { visibilityMs: 0 });
        await sendAll(queues, ORDERS, outgoing("good"));
        expect(bodies(await take(queues, ORDERS))).toEqual(["good"]);
        expect(await queues.depth(ORDERS)).toMatchObject({ visible: 0, inFlight: 1 });
        const [dead] = await take(queues, DEAD);
        expect(dead).toMatchObject({ ...bad, deadLetterSource: "orders", receiveCount: 1, sentAt: first?.sentAt });
      }),
    );

    test(
      "a receive that waits on the dead-letter queue hears of what moves there",
      on(async (queues) => {
        await makeQueue(queues, DEAD);
        await makeQueue(queues, ORDERS, { redrive: { deadLetterQueue: "dead", maxReceiveCount: 1 } });
        await sendAll(queues, ORDERS, outgoing("bad"));
        const dead = take(queues, DEAD, { waitMs: 15_000 });
        await take(queues, ORDERS, { visibilityMs: 0 });
        await take(queues, ORDERS);
        expect(bodies(await dead)).toEqual(["bad"]);
      }),
    );

    test(
      "a dead message frees its group",
      on(async (queues) => {
        await makeQueue(queues, DEAD_FIFO);
        await makeQueue(queues, FIFO, { redrive: { deadLetterQueue: "dead.fifo", maxReceiveCount: 1 } });
        await sendAll(queues, FIFO, ...outgoingIn("a", "a1", "a2"));
        await take(queues, FIFO, { limit: 1, visibilityMs: 0 });
        expect(bodies(await take(queues, FIFO))).toEqual(["a2"]);
        expect(await take(queues, DEAD_FIFO)).toMatchObject([{ body: "a1", groupId: "a" }]);
      }),
    );

    test(
      "a message stays while there is no dead-letter queue to take it",
      on(async (queues) => {
        await makeQueue(queues, ORDERS, { redrive: { deadLetterQueue: "dead", maxReceiveCount: 1 } });
        await sendAll(queues, ORDERS, outgoing("bad"));
        await take(queues, ORDERS, { visibilityMs: 0 });
        expect(await take(queues, ORDERS)).toEqual([]);
        const { visible, inFlight } = await queues.depth(ORDERS);
        expect(visible + inFlight).toBe(1);
      }),
    );
  });
}
