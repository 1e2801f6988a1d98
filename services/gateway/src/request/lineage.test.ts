import { lineageOf } from "./lineage.ts";

const ROOT = "Root=1-5759e988-bd862e3fe1be46a994272793";

test("the chain of a request is what its trace header says, and no more of it", () => {
  const header = `${ROOT};Parent=53995c3f42cd8ad8;Sampled=1;Lineage=00c0ffee:3`;
  expect(lineageOf({ "x-amzn-trace-id": header })).toBe(`${ROOT};Lineage=00c0ffee:3`);
  expect(lineageOf({ "x-amzn-trace-id": ROOT })).toBe(ROOT);
});

test("a request without a trace, or with something else in its place, continues no chain", () => {
  expect(lineageOf({})).toBeUndefined();
  expect(lineageOf({ "x-amzn-trace-id": "<script>" })).toBeUndefined();
});
