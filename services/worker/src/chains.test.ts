import { parseLineage } from "@sluice/core";
import { Chains } from "./chains.ts";

const REF = { tenant: "default", name: "loop" };
const ROOT = "Root=1-5759e988-bd862e3fe1be46a994272793";
const link = (id: string, lineage?: string) => ({
  id,
  tenant: "default",
  function: "loop",
  acceptedAt: 1_700_000_000_000,
  ...(lineage === undefined ? {} : { lineage }),
});

function passes(header: string | undefined): number | undefined {
  return parseLineage(header)?.passes[0]?.count;
}

function lineageAfter(chains: Chains, times: number): string {
  let lineage = ROOT;
  for (let time = 0; time < times; time++) {
    const end = chains.begin(link(`l-${time}`, lineage));
    lineage = chains.headerOf(REF, `l-${time}`) ?? "";
    end();
  }
  return lineage;
}

test("a request of a running invocation continues its chain, one further", () => {
  const chains = new Chains(() => 0);
  chains.begin(link("a"));
  chains.begin(link("b", lineageAfter(new Chains(() => 0), 4)));
  expect(passes(chains.headerOf(REF, "a"))).toBe(1);
  expect(passes(chains.headerOf(REF, "b"))).toBe(5);
});

test("a request that no invocation can be told of continues the function's longest chain", () => {
  const chains = new Chains(() => 0);
  const longest = lineageAfter(chains, 3);
  expect(passes(longest)).toBe(3);
  chains.begin(link("fresh"))();
  expect(passes(chains.headerOf(REF, ""))).toBe(3);
  expect(chains.headerOf({ tenant: "default", name: "other" }, "")).toBeUndefined();
});

test("a long chain of a while ago is forgotten", () => {
  let now = 0;
  const chains = new Chains(() => now);
  lineageAfter(chains, 3);
  now = 600_001;
  chains.begin(link("fresh"))();
  expect(passes(chains.headerOf(REF, ""))).toBe(1);
});
