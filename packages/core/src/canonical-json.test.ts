import { canonicalJson } from "./canonical-json.ts";

describe("canonical JSON", () => {
  test("differs where values differ, and not where only their writing does", () => {
    expect(canonicalJson({ b: [1, { d: null, c: "x" }], a: true, e: undefined })).toBe(
      '{"a":true,"b":[1,{"c":"x","d":null}]}',
    );
    expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
    expect(canonicalJson({ a: "1" })).not.toBe(canonicalJson({ a: 1 }));
  });

  test("hostile keys are ordinary keys", () => {
    const value: unknown = JSON.parse('{"constructor":2,"__proto__":{"a":"\\ud800"}}');
    expect(canonicalJson(value)).toBe('{"__proto__":{"a":"\\ud800"},"constructor":2}');
    expect(JSON.parse(canonicalJson(value))).toEqual(value);
  });
});
