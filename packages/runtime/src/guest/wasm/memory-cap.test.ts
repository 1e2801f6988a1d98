import { capMemories } from "./memory-cap.ts";

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const module = (...sections: number[]): Uint8Array => Uint8Array.from([...HEADER, ...sections]);
/** A custom section of one byte, before and after, to see that nothing else is touched. */
const CUSTOM = [0, 2, 1, 0x61];

function capped(bytes: Uint8Array, maxPages: number): number[] {
  const result = capMemories(bytes, maxPages);
  if (!result.ok) throw new Error(`refused: ${result.pages} pages`);
  return [...result.bytes];
}

test("a memory without a maximum gets one", () => {
  const before = module(...CUSTOM, 5, 3, 1, 0, 2, ...CUSTOM);
  expect(capped(before, 1024)).toEqual([...HEADER, ...CUSTOM, 5, 5, 1, 1, 2, 0x80, 8, ...CUSTOM]);
});

test("a larger maximum is lowered, a smaller one stays", () => {
  expect(capped(module(5, 6, 1, 1, 1, 0x80, 0x80, 4), 512)).toEqual([...HEADER, 5, 5, 1, 1, 1, 0x80, 4]);
  const small = module(5, 4, 1, 1, 1, 2);
  expect(capMemories(small, 512)).toEqual({ ok: true, bytes: small });
});

test("every memory of a module is bounded, shared ones too", () => {
  expect(capped(module(5, 6, 2, 0, 1, 3, 1, 0x10), 2)).toEqual([...HEADER, 5, 7, 2, 1, 1, 2, 3, 1, 2]);
});

test("what asks for more from the start is refused with its size", () => {
  expect(capMemories(module(5, 4, 1, 0, 0x80, 8), 1000)).toEqual({ ok: false, pages: 1024 });
});

test.each([
  ["no bytes", new Uint8Array(0)],
  ["a header alone", module()],
  ["a section that goes past the end", module(5, 100, 1, 0, 1)],
  ["a memory section that ends early", module(5, 2, 1, 0)],
  ["a count that is not so", module(5, 3, 200, 0, 1)],
  ["a number without an end", module(5, 0x80)],
  ["flags that nobody knows", module(5, 3, 1, 0x40, 1)],
])("%s is left for the engine to judge", (_what, bytes) => {
  expect(capMemories(bytes, 16)).toEqual({ ok: true, bytes });
});
