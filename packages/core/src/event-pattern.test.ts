import { compileEventPattern, PatternFault } from "./event-pattern.ts";

const EVENT = {
  text: "Hello",
  empty: "",
  none: null,
  yes: true,
  price: 12.5,
  tags: ["a", "b"],
  list: [{ n: 1 }, { n: 2 }],
  deep: { deeper: { name: "x" } },
  $or: "field",
};

function matches(pattern: unknown, event: unknown = EVENT): boolean {
  return compileEventPattern(JSON.stringify(pattern))(event);
}

test.each([
  ["a string", { text: ["Hello"] }, { text: ["hello"] }],
  ["the empty string", { empty: [""] }, { text: [""] }],
  ["null", { none: [null] }, { empty: [null] }],
  ["true", { yes: [true] }, { yes: ["true"] }],
  ["a number", { price: [12.5] }, { price: ["12.5"] }],
  ["one of a list's values", { tags: ["b"] }, { tags: ["c"] }],
  ["one of many values", { text: ["x", "Hello"] }, { text: ["x", "y"] }],
  ["a prefix", { text: [{ prefix: "He" }] }, { text: [{ prefix: "he" }] }],
  ["a prefix of any case", { text: [{ prefix: { "equals-ignore-case": "hE" } }] }, { price: [{ prefix: "1" }] }],
  ["a suffix", { text: [{ suffix: "llo" }] }, { text: [{ suffix: "LLO" }] }],
  ["any case", { text: [{ "equals-ignore-case": "hELLO" }] }, { text: [{ "equals-ignore-case": "hell" }] }],
  ["anything but", { text: [{ "anything-but": ["x"] }] }, { text: [{ "anything-but": "Hello" }] }],
  [
    "anything but a prefix",
    { text: [{ "anything-but": { prefix: "x" } }] },
    { text: [{ "anything-but": { prefix: "H" } }] },
  ],
  ["anything but, of a value that is there", { none: [{ "anything-but": 1 }] }, { absent: [{ "anything-but": 1 }] }],
  ["a range", { price: [{ numeric: [">", 10, "<=", 12.5] }] }, { price: [{ numeric: [">", 12.5] }] }],
  ["equality of numbers", { price: [{ numeric: ["=", 12.5] }] }, { text: [{ numeric: ["=", 12.5] }] }],
  ["what is there", { none: [{ exists: true }] }, { absent: [{ exists: true }] }],
  ["what is not there", { absent: [{ exists: false }] }, { text: [{ exists: false }] }],
  ["only leaves as being there", { deep: [{ exists: false }] }, { deep: [{ exists: true }] }],
  ["nested objects", { deep: { deeper: { name: ["x"] } } }, { deep: { name: ["x"] } }],
  ["one of a list's objects", { list: { n: [2] } }, { list: { n: [3] } }],
  ["all fields", { text: ["Hello"], yes: [true] }, { text: ["Hello"], yes: [false] }],
  ["either", { $or: [{ text: ["x"] }, { price: [12.5] }] }, { $or: [{ text: ["x"] }, { price: [1] }] }],
  ["a field called $or", { $or: ["field"] }, { $or: ["other"] }],
])("%s is told apart", (_what, one, other) => {
  expect([matches(one), matches(other)]).toEqual([true, false]);
});

test.each([
  ["not JSON", "{"],
  ["not an object", "[]"],
  ["empty", "{}"],
  ["an empty object within", '{"a":{}}'],
  ["an empty list", '{"a":[]}'],
  ["a bare value", '{"a":1}'],
  ["an operator that is none", '{"a":[{"wildcard":"*"}]}'],
  ["two operators in one", '{"a":[{"prefix":"a","suffix":"b"}]}'],
  ["an operator of Object", '{"a":[{"constructor":"x"}]}'],
  ["numeric without a number", '{"a":[{"numeric":["=","1"]}]}'],
  ["numeric of Object", '{"a":[{"numeric":["toString",1]}]}'],
  ["numeric with half a pair", '{"a":[{"numeric":[">"]}]}'],
  ["exists of text", '{"a":[{"exists":"yes"}]}'],
  ["anything-but of objects", '{"a":[{"anything-but":[{}]}]}'],
  ["too long", JSON.stringify({ a: ["x".repeat(5_000)] })],
  ["too deep", `${'{"a":'.repeat(50)}["x"]${"}".repeat(50)}`],
  ["too many comparisons", JSON.stringify({ a: Array.from({ length: 101 }, () => ({ prefix: "x" })) })],
])("%s is refused", (_what, text) => {
  expect(() => compileEventPattern(text)).toThrow(PatternFault);
});

test("names that objects inherit are no fields", () => {
  expect(matches({ constructor: [{ exists: true }] })).toBe(false);
  expect(matches({ __proto__x: [{ exists: true }] }, { __proto__x: 1 })).toBe(true);
  expect(compileEventPattern('{"__proto__":{"a":[1]}}')(JSON.parse('{"__proto__":{"a":1}}'))).toBe(true);
});

test("of any event, a value's own pattern holds and its contradiction does not", () => {
  const random = numbers(42);
  const scalars = ["", "a", "B", 0, -1.5, 1e9, true, false, null];
  for (let round = 0; round < 2_000; round++) {
    const value = scalars[Math.floor(random() * scalars.length)];
    const depth = Math.floor(random() * 5);
    const wrap = (inner: unknown): unknown => {
      let wrapped = inner;
      for (let level = 0; level < depth; level++) wrapped = { [`k${level}`]: wrapped };
      return { top: wrapped };
    };
    const asList = random() < 0.5;
    const event = wrap({ leaf: asList ? [value] : value });
    expect(matches(wrap({ leaf: [value] }), event)).toBe(true);
    expect(matches(wrap({ leaf: [{ "anything-but": value }] }), event)).toBe(false);
    expect(matches({ $or: [{ no: [1] }, wrap({ leaf: [{ exists: true }] })] }, event)).toBe(true);
    expect(matches(wrap({ other: [value] }), event)).toBe(false);
  }
});

test("a pattern that would look at one event for seconds ends, and lets the event pass", () => {
  const alternatives = Array.from({ length: 300 }, (_, index) => ({ a: [index + 2] }));
  const passes = compileEventPattern(JSON.stringify({ l: { $or: alternatives } }));
  const event = { l: Array.from({ length: 120_000 }, () => ({ a: 1 })) };
  expect(passes(event)).toBe(true);
  expect(passes({ l: [{ a: 1 }] })).toBe(false);
  expect(passes({ l: [{ a: 9 }] })).toBe(true);
  const suffixes = Array.from({ length: 100 }, (_, index) => ({ suffix: `a${index}` }));
  const texts = compileEventPattern(JSON.stringify({ a: suffixes }));
  expect(texts({ a: Array.from({ length: 100_000 }, () => "a".repeat(8)) })).toBe(true);
  expect(texts({ a: ["aaaa"] })).toBe(false);
});

function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
