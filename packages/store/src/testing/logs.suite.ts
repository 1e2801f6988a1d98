import type { FunctionRef, LogEntry, LogStore } from "@sluice/core";
import type { StreamLimits } from "../stream-limits.ts";
import { type CreateStores, withStores } from "./contract.ts";
import { becomesTrue } from "./eventually.ts";
import { messageOf, record, REF } from "./samples.ts";

const OTHER: FunctionRef = { tenant: "acme", name: "mail" };
const WIDE: StreamLimits = { bytes: 1e9, entries: 1e6, ageMs: 3_600_000 };

export function logsContract(create: CreateStores): void {
  const on =
    (body: (logs: LogStore) => Promise<void>, limits = WIDE) =>
    () =>
      withStores(create, ({ logs }) => body(logs), { logs: limits });

  describe("logs", () => {
    test(
      "one append carries records of many functions, kept apart",
      on(async (logs) => {
        await logs.append([
          { ref: REF, records: [record("a"), record("b")] },
          { ref: OTHER, records: [record("line\nwith \u0000 and \ud800")] },
          { ref: REF, records: [] },
        ]);
        expect(messages(await logs.read(REF, { limit: 10 }))).toEqual(["a", "b"]);
        const [entry] = await logs.read(OTHER, { limit: 10 });
        expect(entry?.record).toEqual(record("line\nwith \u0000 and \ud800"));
      }),
    );

    test(
      "without a cursor the last records are read, oldest first",
      on(async (logs) => {
        await fill(logs, 120);
        expect(messages(await logs.read(REF, { limit: 4 }))).toEqual(["118/1", "119/0", "119/1", "119/2"]);
        expect(messages(await logs.read(REF, { limit: 1_000 }))).toEqual(lastOf(120, 1_000));
        expect(await logs.read(REF, { limit: 0 })).toEqual([]);
        expect(await logs.read(OTHER, { limit: 5 })).toEqual([]);
      }),
    );

    test(
      "reading on from cursors meets every record once, wherever a page ends inside an append",
      on(async (logs) => {
        await fill(logs, 120);
        const [first] = await logs.read(REF, { limit: 1_000 });
        const seen = first === undefined ? [] : [first];
        for (let page: readonly LogEntry[] = seen; page.length > 0; ) {
          page = await logs.read(REF, { after: seen.at(-1)?.cursor ?? "", limit: 7 });
          seen.push(...page);
        }
        expect(messages(seen)).toEqual(lastOf(120, 1_000));
      }),
    );

    test(
      "a cursor whose records were dropped reads on from the oldest that are left",
      on(
        async (logs) => {
          await logs.append([{ ref: REF, records: [record("gone")] }]);
          const [gone] = await logs.read(REF, { limit: 1 });
          await fill(logs, 5);
          expect(messages(await logs.read(REF, { limit: 100 }))).toEqual(lastOf(5, 100).slice(-6));
          expect(messages(await logs.read(REF, { after: gone?.cursor ?? "", limit: 100 }))).toEqual(
            lastOf(5, 100).slice(-6),
          );
        },
        { ...WIDE, entries: 3 },
      ),
    );

    test(
      "a log is bounded in bytes, but keeps its newest append whatever its size",
      on(
        async (logs) => {
          for (const name of ["a", "b", "c", "d"]) {
            await logs.append([{ ref: REF, records: [record(name.repeat(300))] }]);
          }
          const kept = messages(await logs.read(REF, { limit: 100 }));
          expect(kept).toEqual(["c".repeat(300), "d".repeat(300)]);
          await logs.append([{ ref: REF, records: [record("e".repeat(5_000))] }]);
          expect(messages(await logs.read(REF, { limit: 100 }))).toEqual(["e".repeat(5_000)]);
          await logs.append([{ ref: REF, records: [record("f")] }]);
          expect(messages(await logs.read(REF, { limit: 100 }))).toEqual(["f"]);
        },
        { ...WIDE, bytes: 1_000 },
      ),
    );

    test(
      "records past their age go while newer ones are written",
      on(
        async (logs) => {
          await logs.append([{ ref: REF, records: [record("old")] }]);
          await becomesTrue(async () => {
            await logs.append([{ ref: REF, records: [record("new")] }]);
            return !messages(await logs.read(REF, { limit: 1_000 })).includes("old");
          });
          expect(messages(await logs.read(REF, { limit: 1_000 }))).toContain("new");
        },
        { ...WIDE, ageMs: 200 },
      ),
    );

    test(
      "a deleted log is empty and can be written again",
      on(async (logs) => {
        await logs.append([{ ref: REF, records: [record("a")] }]);
        await logs.append([{ ref: OTHER, records: [record("b")] }]);
        await logs.delete(REF);
        expect(await logs.read(REF, { limit: 10 })).toEqual([]);
        expect(messages(await logs.read(OTHER, { limit: 10 }))).toEqual(["b"]);
        await logs.append([{ ref: REF, records: [record("c")] }]);
        expect(messages(await logs.read(REF, { limit: 10 }))).toEqual(["c"]);
      }),
    );

    test(
      "a cursor that was never handed out is refused",
      on(async (logs) => {
        for (const after of ["", "x", "1-1", "1-1/", "-/1", "+/0", "1/x"]) {
          await expect(logs.read(REF, { after, limit: 1 })).rejects.toMatchObject({ code: "Request.Malformed" });
        }
      }),
    );
  });
}

/** Appends of one, two and three records in turn. */
async function fill(logs: LogStore, appends: number): Promise<void> {
  for (let index = 0; index < appends; index++) {
    const records = Array.from({ length: (index % 3) + 1 }, (_, part) => record(`${index}/${part}`));
    await logs.append([{ ref: REF, records }]);
  }
}

function lastOf(appends: number, count: number): string[] {
  const all = Array.from({ length: appends }, (_, index) =>
    Array.from({ length: (index % 3) + 1 }, (_part, part) => `${index}/${part}`),
  );
  return all.flat().slice(-count);
}

function messages(entries: readonly LogEntry[]): (string | undefined)[] {
  return entries.map((entry) => messageOf(entry.record));
}
