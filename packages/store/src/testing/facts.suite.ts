import type { FactBatch, FactStream } from "@sluice/core";
import type { StreamLimits } from "../stream-limits.ts";
import { type CreateStores, withStores } from "./contract.ts";
import { becomesTrue } from "./eventually.ts";
import { fact } from "./samples.ts";

const WIDE: StreamLimits = { bytes: 1e9, entries: 1e6, ageMs: 3_600_000 };
const NOW = { limit: 100, blockMs: 0 };

export function factsContract(create: CreateStores): void {
  const on =
    (body: (facts: FactStream) => Promise<void>, limits = WIDE) =>
    () =>
      withStores(create, ({ facts }) => body(facts), { facts: limits });

  describe("facts", () => {
    replay(on);
    blocking(on);

    test("a stop ends a waiting read with nothing, and later reads too", () =>
      withStores(create, async (stores) => {
        const read = stores.facts.read("0", { limit: 1, blockMs: 9_000 });
        await stores.stop();
        await stores.stop();
        expect(await read).toEqual([]);
        expect(await stores.facts.read("0", NOW)).toEqual([]);
      }));
  });
}

type On = (body: (facts: FactStream) => Promise<void>, limits?: StreamLimits) => () => Promise<void>;

function replay(on: On): void {
  test(
    "all that the stream holds is read from 0, in order, batch by batch",
    on(async (facts) => {
      expect(await facts.read("0", NOW)).toEqual([]);
      await facts.append([fact(1), fact(2)]);
      await facts.append([]);
      await facts.append([fact(3)]);
      const batches = await facts.read("0", NOW);
      expect(batches.map((batch) => batch.facts)).toEqual([[fact(1), fact(2)], [fact(3)]]);
    }),
  );

  test(
    "reading on from a cursor repeats nothing and misses nothing",
    on(async (facts) => {
      for (let at = 1; at <= 25; at++) await facts.append([fact(at)]);
      const seen: number[] = [];
      let batches: readonly FactBatch[] = [];
      let cursor = "0";
      do {
        batches = await facts.read(cursor, { limit: 4, blockMs: 0 });
        expect(batches.length).toBeLessThanOrEqual(4);
        seen.push(...times(batches));
        cursor = batches.at(-1)?.cursor ?? cursor;
      } while (batches.length > 0);
      expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
    }),
  );

  test(
    "the oldest batches go first when the stream is full, and an old cursor reads on from what is left",
    on(
      async (facts) => {
        await facts.append([fact(0)]);
        const [first] = await facts.read("0", NOW);
        for (let at = 1; at <= 6; at++) await facts.append([fact(at)]);
        expect(times(await facts.read("0", NOW))).toEqual([4, 5, 6]);
        expect(times(await facts.read(first?.cursor ?? "", NOW))).toEqual([4, 5, 6]);
      },
      { ...WIDE, entries: 3 },
    ),
  );

  test(
    "a cursor that was never handed out is refused",
    on(async (facts) => {
      for (const after of ["", "$", "+", "x", "1-1/0"]) {
        await expect(facts.read(after, NOW)).rejects.toMatchObject({ code: "Request.Malformed" });
      }
    }),
  );
}

function blocking(on: On): void {
  test(
    "a read waits for what comes, and does not hold up what it waits for",
    on(async (facts) => {
      await facts.append([fact(1)]);
      const [first] = await facts.read("0", NOW);
      let answered = false;
      const read = facts.read(first?.cursor ?? "", { limit: 10, blockMs: 9_000 }).finally(() => {
        answered = true;
      });
      await facts.append([]);
      expect(answered).toBe(false);
      await facts.append([fact(2)]);
      expect(times(await read)).toEqual([2]);
    }),
  );

  test(
    "a read gives up with nothing when its time is over",
    on(async (facts) => {
      expect(await facts.read("0", { limit: 1, blockMs: 20 })).toEqual([]);
    }),
  );

  test(
    "readers at the same time each get everything",
    on(async (facts) => {
      const reads = [1, 2, 3].map(() => facts.read("0", { limit: 10, blockMs: 9_000 }));
      await facts.append([fact(1)]);
      await becomesTrue(async () => (await facts.read("0", NOW)).length === 1);
      for (const read of reads) expect(times(await read)).toEqual([1]);
    }),
  );
}

function times(batches: readonly FactBatch[]): number[] {
  return batches.flatMap((batch) => batch.facts.map(({ at }) => at));
}
