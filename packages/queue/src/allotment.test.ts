import { type QueueLoad, shareCapacity } from "./allotment.ts";

const busy = (running = 0, limit = 100): QueueLoad => ({ running, limit, hungry: true });
const idle = (running = 0, limit = 100): QueueLoad => ({ running, limit, hungry: false });

test("one busy queue among idle ones gets the whole capacity, and the idle ones can still notice an event", () => {
  expect(shareCapacity(16, [idle(), busy(), idle()])).toEqual([1, 16, 1]);
});

test("busy queues get equal shares", () => {
  expect(shareCapacity(16, [busy(), busy()])).toEqual([8, 8]);
  expect(shareCapacity(12, [busy(), busy(), idle(), busy()])).toEqual([4, 4, 1, 4]);
});

test("what a limited queue cannot use goes to the others", () => {
  expect(shareCapacity(16, [busy(0, 2), busy(), busy()])).toEqual([2, 7, 7]);
});

test("what nobody has asked for is spread over the idle queues, ready for a burst", () => {
  expect(shareCapacity(16, [idle(), idle(), idle(), idle()])).toEqual([4, 4, 4, 4]);
  expect(shareCapacity(16, [idle(4), idle()])).toEqual([10, 6]);
});

test("nobody grows by what another still holds over its share", () => {
  expect(shareCapacity(16, [busy(16), busy(0)])).toEqual([8, 1]);
  expect(shareCapacity(16, [busy(12), busy(1)])).toEqual([8, 4]);
});

test("no queue is given more than its limit, or less than the one that BullMQ needs", () => {
  expect(shareCapacity(16, [busy(0, 3), idle(0, 1)])).toEqual([3, 1]);
  expect(shareCapacity(2, [busy(), busy(), busy(), busy()]).every((share) => share === 1)).toBe(true);
  expect(shareCapacity(4, [])).toEqual([]);
});

test("whatever the loads, the claims never exceed the capacity by more than one for each queue", () => {
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  for (let round = 0; round < 2_000; round++) {
    const capacity = 1 + random(32);
    // Loads that earlier sharings may have led to.
    let room = capacity;
    const loads = Array.from({ length: 1 + random(8) }, (): QueueLoad => {
      const running = random(room + 1);
      room -= running;
      return { running, limit: 1 + random(capacity), hungry: random(2) === 1 };
    });
    const shares = shareCapacity(capacity, loads);
    const most = loads.reduce((total, { running }, at) => total + Math.max(running, shares[at] ?? 0), 0);
    expect(most).toBeLessThanOrEqual(capacity + loads.length);
    for (const [at, share] of shares.entries()) expect(share).toBeLessThanOrEqual(loads[at]?.limit ?? 0);
  }
});
