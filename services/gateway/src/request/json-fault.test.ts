import { locateJsonFault } from "./json-fault.ts";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test.each([
  ["", 1, 1],
  ["{", 1, 2],
  ['{"a":1,}', 1, 8],
  ['{\n  "a": 1\n  "b": 2\n}', 3, 3],
  ["[1, 2", 1, 6],
  ["{'a': 1}", 1, 2],
  ['{"a" 1}', 1, 6],
  ['{"a": nope}', 1, 7],
  ['{"a": 01}', 1, 7],
  ['["open]', 1, 8],
  ['["tab\there"]', 1, 6],
  ['["bad \\x escape"]', 1, 7],
  ["[]]", 1, 3],
  ["{} {}", 1, 4],
  ["[,]", 1, 2],
  ["[1,]", 1, 4],
  ["-", 1, 1],
  ["]", 1, 1],
])("the fault in %j is found at line %i, column %i", (text, line, column) => {
  expect(isJson(text)).toBe(false);
  expect(locateJsonFault(text)).toMatchObject({ line, column });
});

test("every single-character damage to a document is found at or after the damage's line start, never looping", () => {
  const document = '{"a":[1,-2.5e3,true,null,{"b":"x\\u00e9\\n"}],"c":{}}';
  for (let at = 0; at < document.length; at += 1) {
    for (const damage of ["", "x", '"', "}", ","]) {
      const text = document.slice(0, at) + damage + document.slice(at + 1);
      if (isJson(text)) continue;
      const { offset } = locateJsonFault(text);
      expect(offset).toBeGreaterThanOrEqual(0);
      expect(offset).toBeLessThanOrEqual(text.length);
    }
  }
});

test("deep nesting and very long strings are walked without recursion", () => {
  expect(locateJsonFault("[".repeat(1_000_000)).offset).toBe(1_000_000);
  expect(locateJsonFault(`["${"a".repeat(5_000_000)}`).offset).toBe(5_000_002);
});
