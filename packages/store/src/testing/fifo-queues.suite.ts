import { outgoingIn } from "./fifo-samples.ts";
import type { OnQueues } from "./message-queues.suite.ts";
import { bodies, FIFO, makeQueue, outgoing, sendAll, take } from "./queue-samples.ts";

export function fifoQueuesContract(on: OnQueues): void {
  describe("fifo", () => {
    test(
      "a group comes in order and waits while any of it is in flight; other groups do not wait",
      on(async (queues) => {
        await makeQueue(queues, FIFO);
        await sendAll(queues, FIFO, ...outgoingIn("a", "a1", "a2", "a3"), ...outgoingIn("b:{1}", "b1"));
        const first = await take(queues, FIFO, { limit: 2 });
        expect(bodies(first)).toEqual(["a1", "a2"]);
        expect(bodies(await take(queues, FIFO))).toEqual(["b1"]);
        await queues.delete({ ...FIFO, receipts: [first[0]?.receipt ?? ""] });
        expect(await take(queues, FIFO)).toEqual([]);
        await queues.delete({ ...FIFO, receipts: [first[1]?.receipt ?? ""] });
        expect(bodies(await take(queues, FIFO))).toEqual(["a3"]);
      }),
    );

    test(
      "a message that comes back comes before those sent after it",
      on(async (queues) => {
        await makeQueue(queues, FIFO);
        await sendAll(queues, FIFO, ...outgoingIn("a", "a1", "a2", "a3"));
        const [a1, a2] = await take(queues, FIFO, { limit: 2 });
        await queues.changeVisibility({ ...FIFO, changes: [{ receipt: a1?.receipt ?? "", visibilityMs: 0 }] });
        expect(await take(queues, FIFO)).toEqual([]);
        await queues.changeVisibility({ ...FIFO, changes: [{ receipt: a2?.receipt ?? "", visibilityMs: 0 }] });
        const again = await take(queues, FIFO);
        expect(bodies(again)).toEqual(["a1", "a2", "a3"]);
        expect(again.map(({ receiveCount }) => receiveCount)).toEqual([2, 2, 1]);
      }),
    );

    test(
      "a receipt whose visibility ended deletes nothing and says so",
      on(async (queues) => {
        await makeQueue(queues, FIFO);
        await sendAll(queues, FIFO, ...outgoingIn("a", "a1"));
        const [late] = await take(queues, FIFO, { visibilityMs: 0 });
        expect(await queues.delete({ ...FIFO, receipts: [late?.receipt ?? ""] })).toEqual(["expired"]);
        expect(bodies(await take(queues, FIFO))).toEqual(["a1"]);
      }),
    );

    test(
      "a duplicate by id or content is accepted once, also when the first was received and deleted",
      on(async (queues) => {
        await makeQueue(queues, FIFO);
        const first = outgoing("same", { groupId: "a" });
        const [sent] = await sendAll(queues, FIFO, first);
        const [a] = await take(queues, FIFO);
        await queues.delete({ ...FIFO, receipts: [a?.receipt ?? ""] });
        expect(await sendAll(queues, FIFO, outgoing("same", { groupId: "b" }))).toEqual([{ ...sent, duplicate: true }]);
        const byId = ["x", "y"].map((body) => outgoing(body, { groupId: "a", deduplicationId: "d" }));
        expect(await sendAll(queues, FIFO, ...byId)).toMatchObject([{ duplicate: false }, { duplicate: true }]);
        expect(bodies(await take(queues, FIFO))).toEqual(["x"]);
      }),
    );

    test(
      "duplicates are those of a group when the queue says so",
      on(async (queues) => {
        await makeQueue(queues, FIFO, { deduplicationScope: "messageGroup" });
        const sent = await sendAll(queues, FIFO, ...outgoingIn("a", "same", "same"), ...outgoingIn("b", "same"));
        expect(sent).toMatchObject([{ duplicate: false }, { duplicate: true }, { duplicate: false }]);
      }),
    );

    test(
      "a message without a group or a deduplication id is refused",
      on(async (queues) => {
        await makeQueue(queues, FIFO, { contentDeduplication: false });
        const outcomes = await sendAll(
          queues,
          FIFO,
          outgoing("a", { deduplicationId: "d" }),
          outgoing("b", { groupId: "g" }),
        );
        expect(outcomes).toMatchObject([{ reason: "group-missing" }, { reason: "deduplication-missing" }]);
        await expect(sendAll(queues, FIFO, outgoing("c", { groupId: "a\u001fb" }))).rejects.toMatchObject({
          code: "Request.Malformed",
        });
      }),
    );

    test(
      "a delay that became shorter lets nothing overtake its group",
      on(async (queues) => {
        await makeQueue(queues, FIFO, { delayMs: 3_600_000 });
        await sendAll(queues, FIFO, ...outgoingIn("a", "a1"));
        await queues.update({ ...FIFO, change: ({ attributes }) => ({ attributes: { ...attributes, delayMs: 0 } }) });
        await sendAll(queues, FIFO, ...outgoingIn("a", "a2"));
        expect(await take(queues, FIFO)).toEqual([]);
        expect(await queues.depth(FIFO)).toMatchObject({ delayed: 2 });
      }),
    );
  });
}
