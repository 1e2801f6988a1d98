import {
  formatLineage,
  isRecursive,
  type Lineage,
  lineageOfInvocation,
  parseLineage,
  passesThrough,
  passThrough,
  PASSES_MAX,
} from "./lineage.ts";

const ROOT = "1-5759e988-bd862e3fe1be46a994272793";
const FN = { tenant: "default", name: "loop" };
const fresh: Lineage = { root: ROOT, passes: [] };

function after(times: number, ref = FN): Lineage {
  let lineage = fresh;
  for (let time = 0; time < times; time++) lineage = passThrough(lineage, ref);
  return lineage;
}

test("a chain survives its header", () => {
  const lineage = passThrough(after(3), { tenant: "default", name: "other" });
  expect(parseLineage(formatLineage(lineage))).toEqual(lineage);
  expect(parseLineage(formatLineage(fresh))).toEqual(fresh);
});

test("a function may be invoked sixteen times in one chain, and not once more", () => {
  expect(isRecursive(after(PASSES_MAX - 1), FN)).toBe(false);
  expect(isRecursive(after(PASSES_MAX), FN)).toBe(true);
  expect(passesThrough(after(PASSES_MAX), FN)).toBe(16);
  expect(isRecursive(after(PASSES_MAX), { tenant: "default", name: "other" })).toBe(false);
  expect(isRecursive(after(PASSES_MAX), { tenant: "acme", name: "loop" })).toBe(false);
});

test("a chain of ever new functions stays short and ends", () => {
  let lineage = fresh;
  let steps = 0;
  while (!isRecursive(lineage, { tenant: "default", name: `f${steps}` })) {
    lineage = passThrough(lineage, { tenant: "default", name: `f${steps}` });
    steps += 1;
    expect(formatLineage(lineage).length).toBeLessThan(700);
    expect(parseLineage(formatLineage(lineage))).toEqual(lineage);
  }
  expect(steps).toBe(32 + 512);
});

test("an invocation that nothing led to begins a chain under its own id", () => {
  const id = "0b5f6f4e-8a1d-4c59-9a5e-5a2f0c1d2e3f";
  const lineage = lineageOfInvocation({ id, acceptedAt: 1_700_000_000_000 });
  expect(lineage).toEqual({ root: "1-6553f100-0b5f6f4e8a1d4c599a5e5a2f", passes: [] });
  expect(parseLineage(formatLineage(lineage))).toEqual(lineage);
  expect(lineageOfInvocation({ id, acceptedAt: 1, lineage: `Root=${ROOT}` })).toEqual(fresh);
});

test.each([
  ["nothing", undefined],
  ["no root", "Lineage=00c0ffee:16"],
  ["a root of another form", "Root=<script>;Lineage=00c0ffee:1"],
  ["a header of any length", `Root=${ROOT};Lineage=${"00c0ffee:1|".repeat(200)}`],
])("%s is no chain", (_what, header) => {
  expect(parseLineage(header)).toBeUndefined();
});

test("what is malformed in a header is left out", () => {
  const header = ` Root=${ROOT};Parent=53995c3f42cd8ad8; Sampled=1;Lineage=xyz:1|00c0ffee:2|00c0ffef:-1|1:00c0ffee:0`;
  expect(parseLineage(header)).toEqual({ root: ROOT, passes: [{ hash: "00c0ffee", count: 2 }] });
});
