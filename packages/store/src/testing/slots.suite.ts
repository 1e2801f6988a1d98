import type { ConcurrencySlots, FunctionRef } from "@sluice/core";
import { type CreateStores, withStores } from "./contract.ts";
import { becomesTrue } from "./eventually.ts";
import { REF } from "./samples.ts";

const OTHER: FunctionRef = { tenant: "acme", name: "mail" };
const HOUR_MS = 3_600_000;

export function slotsContract(create: CreateStores): void {
  const on = (body: (slots: ConcurrencySlots) => Promise<void>) => () => withStores(create, ({ slots }) => body(slots));

  describe("slots", () => {
    test(
      "as many holders as the limit, for each function apart",
      on(async (slots) => {
        const tries = Array.from({ length: 20 }, (_, index) => slots.acquire(REF, `h-${index}`, 5, HOUR_MS));
        expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(5);
        expect(await slots.acquire(OTHER, "h", 1, HOUR_MS)).toBe(true);
        expect(await slots.acquire(OTHER, "i", 1, HOUR_MS)).toBe(false);
        expect(await slots.acquire(OTHER, "i", 2, HOUR_MS)).toBe(true);
      }),
    );

    test(
      "a released slot is free; a holder that asks again keeps its one slot",
      on(async (slots) => {
        expect(await slots.acquire(REF, "a", 1, HOUR_MS)).toBe(true);
        expect(await slots.acquire(REF, "a", 1, HOUR_MS)).toBe(true);
        await slots.release(REF, "nobody");
        expect(await slots.acquire(REF, "b", 1, HOUR_MS)).toBe(false);
        await slots.release(REF, "a");
        expect(await slots.acquire(REF, "b", 1, HOUR_MS)).toBe(true);
      }),
    );

    test(
      "a lowered limit lets nobody in until enough have left",
      on(async (slots) => {
        for (const holder of ["a", "b", "c"]) await slots.acquire(REF, holder, 3, HOUR_MS);
        await slots.release(REF, "a");
        expect(await slots.acquire(REF, "d", 2, HOUR_MS)).toBe(false);
        await slots.release(REF, "b");
        expect(await slots.acquire(REF, "d", 2, HOUR_MS)).toBe(true);
        expect(await slots.acquire(REF, "e", 0, HOUR_MS)).toBe(false);
      }),
    );

    test(
      "a slot whose lease ended is free again, and its late holder does not get it back",
      on(async (slots) => {
        expect(await slots.acquire(REF, "late", 1, 1_000)).toBe(true);
        expect(await slots.acquire(REF, "next", 1, HOUR_MS)).toBe(false);
        await becomesTrue(() => slots.acquire(REF, "next", 1, HOUR_MS));
        await slots.extend(REF, ["late"], HOUR_MS);
        await slots.release(REF, "next");
        expect(await slots.acquire(REF, "third", 1, HOUR_MS)).toBe(true);
      }),
    );

    test(
      "an extended lease outlives its first end, and a short lease never cuts a long one",
      on(async (slots) => {
        await slots.acquire(REF, "a", 2, 1_000);
        await slots.extend(REF, ["a", "nobody"], HOUR_MS);
        await slots.extend(REF, [], HOUR_MS);
        await slots.acquire(REF, "b", 2, 1_100);
        await becomesTrue(() => slots.acquire(REF, "c", 2, HOUR_MS));
        expect(await slots.acquire(REF, "d", 2, HOUR_MS)).toBe(false);
      }),
    );
  });
}
