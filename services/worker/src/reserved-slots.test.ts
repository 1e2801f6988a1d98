import type { ConcurrencySlots, FunctionRef } from "@sluice/core";
import { createMemoryStores } from "@sluice/store";
import { ReservedSlots } from "./reserved-slots.ts";

const REF: FunctionRef = { tenant: "acme", name: "resize" };
const OTHER: FunctionRef = { tenant: "acme", name: "other" };

let open: ReservedSlots[] = [];

afterEach(() => {
  for (const slots of open) slots.stop();
  open = [];
});

function slotsOf(workerId: string, slots: ConcurrencySlots, onError: (error: unknown) => void = fail): ReservedSlots {
  const reserved = new ReservedSlots({ slots, workerId, onError });
  open.push(reserved);
  return reserved;
}

function fail(error: unknown): never {
  throw error;
}

test("two workers together hold no more slots than the limit", async () => {
  const { slots } = createMemoryStores({ now: () => 1_000 });
  const one = slotsOf("w-1", slots);
  const two = slotsOf("w-2", slots);
  const first = await one.acquire(REF, 2);
  expect(first).toBeDefined();
  expect(await two.acquire(REF, 2)).toBeDefined();
  expect(await one.acquire(REF, 2)).toBeUndefined();
  expect(await two.acquire(REF, 2)).toBeUndefined();
  first?.();
  expect(await two.acquire(REF, 2)).toBeDefined();
});

test("functions do not share their slots", async () => {
  const one = slotsOf("w-1", createMemoryStores({ now: () => 1_000 }).slots);
  expect(await one.acquire(REF, 1)).toBeDefined();
  expect(await one.acquire(OTHER, 1)).toBeDefined();
  expect(await one.acquire(OTHER, 1)).toBeUndefined();
});

test("held slots are extended for as long as they are held, and no longer", async () => {
  const extended: (readonly string[])[] = [];
  const reserved = slotsOf("w-1", {
    acquire: async () => true,
    extend: async (_ref, holders) => void extended.push(holders),
    release: async () => undefined,
  });
  const first = await reserved.acquire(REF, 2);
  const second = await reserved.acquire(REF, 2);
  reserved.tick();
  expect(extended).toEqual([["w-1:1", "w-1:2"]]);
  first?.();
  reserved.tick();
  expect(extended[1]).toEqual(["w-1:2"]);
  second?.();
  reserved.tick();
  expect(extended).toHaveLength(2);
});

test("a Redis that is away when a slot is given back is reported, not thrown: its lease ends by itself", async () => {
  const errors: unknown[] = [];
  const away = new Error("away");
  const reserved = slotsOf(
    "w-1",
    { acquire: async () => true, extend: async () => undefined, release: () => Promise.reject(away) },
    (error) => errors.push(error),
  );
  (await reserved.acquire(REF, 1))?.();
  await Promise.resolve();
  expect(errors).toEqual([away]);
});
