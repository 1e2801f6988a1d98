import { heavyJson } from "./json-weight.ts";

const heavy = (text: string): string | undefined => heavyJson(Buffer.from(text));

test("deep nesting and very many arrays are too heavy, of either kind", () => {
  expect(heavy("[".repeat(1_001) + "]".repeat(1_001))).toMatch(/deeper than 1000/);
  expect(heavy('{"a":'.repeat(1_001))).toMatch(/deeper/);
  expect(heavy(`[${"[],".repeat(200_001)}1]`)).toMatch(/more than 200000/);
});

test("very many values are too heavy", () => {
  expect(heavy(`[${"1,".repeat(4_000_000)}1]`)).toMatch(/more than 4000000 values/);
});

test("large documents of an ordinary form are not", () => {
  expect(heavy(JSON.stringify(Array.from({ length: 50_000 }, (_, id) => ({ id, tags: ["a", "b"] }))))).toBeUndefined();
  expect(heavy("[".repeat(1_000) + "]".repeat(1_000))).toBeUndefined();
  expect(heavy(`[${"1,".repeat(500_000)}1]`)).toBeUndefined();
});

test("brackets in strings do not count, and escapes do not end a string early", () => {
  const inside = JSON.stringify(`${"[{".repeat(300_000)}"\\`);
  expect(heavy(`{"a":${inside},"b":"\\\\","c":${JSON.stringify("[".repeat(5_000))}}`)).toBeUndefined();
  expect(heavy(`{"a":"\\\\",${'"b":['.repeat(1_002)}`)).toMatch(/deeper/);
});

test("a string without an end is looked at once, however many escaped quotes it has", () => {
  expect(heavy(`"${'\\"'.repeat(1_000_000)}`)).toBeUndefined();
  expect(heavy(`"${"\\".repeat(1_000_000)}"`)).toBeUndefined();
});
