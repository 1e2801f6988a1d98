import { parseLineage } from "@sluice/core";
import { type HeaderPairs, withChain } from "./request-headers.ts";

const CHAIN = "Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=00c0ffee:3";
const OTHER_ROOT = "1-00000000-000000000000000000000001";

function traceOf(headers: HeaderPairs): string {
  const values = withChain(headers, CHAIN).filter(([name]) => name.toLowerCase() === "x-amzn-trace-id");
  expect(values).toHaveLength(1);
  return values[0]?.[1] ?? "";
}

test("a request says which chain it continues", () => {
  expect(withChain([["a", "b"]], CHAIN)).toEqual([
    ["a", "b"],
    ["X-Amzn-Trace-Id", CHAIN],
  ]);
  expect(withChain([["a", "b"]], undefined)).toEqual([["a", "b"]]);
});

test("a trace that the guest has begun goes on under its root", () => {
  const given = `Root=${OTHER_ROOT};Parent=53995c3f42cd8ad8;Sampled=1;Lineage=00c0ffee:0`;
  expect(traceOf([["X-AMZN-TRACE-ID", given]])).toBe(
    `Root=${OTHER_ROOT};Parent=53995c3f42cd8ad8;Sampled=1;Lineage=00c0ffee:3`,
  );
});

test.each([
  ["its own count", `Root=${OTHER_ROOT};Lineage=00c0ffee:0`],
  ["a root in no form", "Root=x"],
  ["a field of any length", `Root=${OTHER_ROOT};Self=${"x".repeat(900)}`],
  ["a second chain", `Root=${OTHER_ROOT};lineage=00c0ffee:0;LINEAGE=1`],
  ["nothing", ""],
])("a guest cannot hide its chain behind %s", (_what, given) => {
  expect(parseLineage(traceOf([["x-amzn-trace-id", given]]))?.passes).toEqual([{ hash: "00c0ffee", count: 3 }]);
});

test("a guest cannot hide its chain behind a second header", () => {
  const twice = [
    ["x-amzn-trace-id", `Root=${OTHER_ROOT}`],
    ["X-Amzn-Trace-Id", "Root=x"],
  ] as const;
  expect(parseLineage(traceOf(twice))?.root).toBe(OTHER_ROOT);
});
