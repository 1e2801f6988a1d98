import { SlotTable } from "./slot-table.ts";

test("what is added is found by its id until it is taken, once", () => {
  const table = new SlotTable<{ n: number }>();
  const one = table.add({ n: 1 });
  const two = table.add({ n: 2 });
  expect([table.get(one)?.n, table.get(two)?.n, table.size]).toEqual([1, 2, 2]);
  expect(table.take(one)?.n).toBe(1);
  expect([table.take(one), table.get(one), table.size]).toEqual([undefined, undefined, 1]);
  expect([...table.values()]).toEqual([{ n: 2 }]);
  expect([...table.entries()]).toEqual([[two, { n: 2 }]]);
});

test("an id of what is gone does not name what came into its place", () => {
  const table = new SlotTable<{ n: number }>();
  const wrong: string[] = [];
  let before = 0;
  for (let n = 0; n < 70_000; n++) {
    const id = table.add({ n });
    if (id === 0 || id === before || table.get(before) !== undefined) wrong.push(`${n}: ${id} after ${before}`);
    before = id;
    table.take(id);
  }
  expect(wrong).toEqual([]);
});

test("ids that were never given out name nothing", () => {
  const table = new SlotTable<object>();
  table.add({});
  for (const id of [0, 1, 65_537, 2 ** 32 - 1, -1, 0.5, Number.NaN]) expect(table.get(id)).toBeUndefined();
});

test("all of it can be taken at once, and the places are used again", () => {
  const table = new SlotTable<{ n: number }>();
  for (let n = 0; n < 5; n++) table.add({ n });
  expect(table.takeAll().map(({ n }) => n)).toEqual([0, 1, 2, 3, 4]);
  expect(table.size).toBe(0);
  for (let n = 0; n < 5; n++) table.add({ n });
  expect(table.size).toBe(5);
});
