import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  record,
} from "fast-check";
import type { MessageQueues, QueueRef, ReceivedMessage } from "@sluice/core";
import { type CreateStores, withStores } from "./contract.ts";
import { becomesTrue } from "./eventually.ts";
import { FIFO, makeQueue, ORDERS, outgoing, take } from "./queue-samples.ts";

type Step =
  | { readonly do: "send"; readonly group: number; readonly count: number }
  | { readonly do: "receive"; readonly limit: number; readonly visibilityMs: number }
  | { readonly do: "delete"; readonly pick: number }
  | { readonly do: "return"; readonly pick: number };

const STEP: Arbitrary<Step> = oneof(
  record({ do: constant("send" as const), group: nat(2), count: integer({ min: 1, max: 4 }) }),
  record({
    do: constant("receive" as const),
    limit: integer({ min: 1, max: 5 }),
    visibilityMs: constantFrom(0, 1, 3_600_000),
  }),
  record({ do: constant("delete" as const), pick: nat() }),
  record({ do: constant("return" as const), pick: nat() }),
);

/** What one run knows: what was accepted, which receipts it holds, and what a receipt deleted. */
class Ledger {
  readonly accepted: string[] = [];
  readonly receipts: { readonly id: string; readonly receipt: string }[] = [];
  readonly maybeDeleted = new Set<string>();
}

/**
 * Receivers, senders and deleters at the same time, some of them slow, some giving up, and messages that go to the
 * dead-letter queue on the way: every accepted message was deleted by a receipt, or is in one of the two queues, once.
 */
export function noLossContract(create: CreateStores): void {
  test.each([
    ["a queue", ORDERS, { tenant: "acme", name: "dead" }],
    ["a FIFO queue", FIFO, { tenant: "acme", name: "dead.fifo" }],
  ])("whatever happens at the same time, %s loses and doubles nothing", async (_name, queue, dead) => {
    await assert(
      asyncProperty(array(array(STEP, { maxLength: 4 }), { maxLength: 12 }), (rounds) =>
        withStores(create, ({ messageQueues }) => play(messageQueues, queue, dead, rounds)),
      ),
      { numRuns: 60 },
    );
  });
}

async function play(queues: MessageQueues, queue: QueueRef, dead: QueueRef, rounds: Step[][]): Promise<void> {
  await makeQueue(queues, dead);
  await makeQueue(queues, queue, { redrive: { deadLetterQueue: dead.name, maxReceiveCount: 2 } });
  const ledger = new Ledger();
  for (const steps of rounds) await Promise.all(steps.map((step) => run(queues, queue, ledger, step)));
  const changes = ledger.receipts.map(({ receipt }) => ({ receipt, visibilityMs: 0 }));
  await queues.changeVisibility({ ...queue, changes });

  const left = [...(await drain(queues, queue)), ...(await drain(queues, dead))];
  expect(new Set(left).size).toBe(left.length);
  const lost = ledger.accepted.filter((id) => !left.includes(id) && !ledger.maybeDeleted.has(id));
  expect(lost).toEqual([]);
  expect(left.filter((id) => !ledger.accepted.includes(id))).toEqual([]);
}

async function run(queues: MessageQueues, queue: QueueRef, ledger: Ledger, step: Step): Promise<void> {
  if (step.do === "send") {
    const messages = Array.from({ length: step.count }, () => {
      const message = outgoing("x", { groupId: `g${step.group}` });
      return { ...message, deduplicationId: message.id };
    });
    for (const sent of await queues.send({ ...queue, messages })) {
      if (sent.kind === "sent") ledger.accepted.push(sent.id);
    }
  } else if (step.do === "receive") {
    const received = await take(queues, queue, step);
    for (const { id, receipt } of received) ledger.receipts.push({ id, receipt });
    const order = received.map(({ sequence }) => sequence);
    if (queue === FIFO) expect(byGroup(received, order)).toEqual(byGroup(received, [...order].sort()));
  } else {
    const held = ledger.receipts[step.pick % ledger.receipts.length];
    if (held === undefined) return;
    const { id, receipt } = held;
    if (step.do === "return") await queues.changeVisibility({ ...queue, changes: [{ receipt, visibilityMs: 0 }] });
    else {
      ledger.maybeDeleted.add(id);
      await queues.delete({ ...queue, receipts: [receipt] });
    }
  }
}

/** Ids of all that a queue still holds. */
async function drain(queues: MessageQueues, queue: QueueRef): Promise<string[]> {
  await queues.update({ ...queue, change: ({ attributes }) => ({ attributes: { ...attributes, redrive: null } }) });
  await becomesTrue(async () => (await queues.depth(queue)).inFlight === 0);
  const { messages } = await queues.receive({ ...queue, limit: 10_000, visibilityMs: 3_600_000 });
  return messages.map(({ id }) => id);
}

function byGroup(received: readonly ReceivedMessage[], order: readonly string[]): string[][] {
  return ["g0", "g1", "g2"].map((group) => {
    const own = new Set(received.filter(({ groupId }) => groupId === group).map(({ sequence }) => sequence));
    return order.filter((sequence) => own.has(sequence));
  });
}
