import type { InvocationEvent } from "@sluice/core";
import { Ledger } from "./ledger.ts";
import type { LedgerMetricName } from "./metric-table.ts";
import { AT, everyKind, finished, manyFacts } from "./testing/facts.ts";

const DAY_MS = 86_400_000;

function ledgerOf(facts: readonly InvocationEvent[], from = new Ledger()): Ledger {
  for (const fact of facts) from.fold(fact);
  return from;
}

/** Non-zero samples as `label=value,… number`. */
function lines(ledger: Ledger, name: LedgerMetricName): string[] {
  return [...ledger.samples(name)]
    .filter(({ value }) => value !== 0)
    .map(({ suffix, labels, le, value }) =>
      [suffix, ...Object.values(labels), le, value].filter((part) => part !== "" && part !== undefined).join(" "),
    );
}

describe("ledger", () => {
  test("counts every kind of fact under its labels", () => {
    const ledger = ledgerOf(everyKind());
    expect(lines(ledger, "faas_accepted_events_total")).toEqual([
      "default thumbnails object-storage queued 1",
      "default thumbnails object-storage direct 1",
    ]);
    expect(lines(ledger, "faas_deduplicated_events_total")).toEqual(["default thumbnails object-storage 1"]);
    expect(lines(ledger, "faas_throttles_total")).toEqual(["default thumbnails Capacity.FunctionLimit 1"]);
    expect(lines(ledger, "faas_invocations_total")).toEqual([
      "default thumbnails object-storage queued success 1",
      "default thumbnails object-storage queued error 1",
      "default thumbnails object-storage direct timeout 1",
    ]);
    expect(lines(ledger, "faas_errors_total")).toEqual([
      "default thumbnails TypeError 1",
      "default thumbnails Sandbox.Timedout 1",
    ]);
    expect(lines(ledger, "faas_timeouts_total")).toEqual(["default thumbnails 1"]);
    expect(lines(ledger, "faas_coldstarts_total")).toEqual(["default thumbnails 1"]);
    expect(lines(ledger, "faas_retries_total")).toEqual(["default thumbnails 1"]);
    expect(lines(ledger, "faas_dead_letters_total")).toEqual(["default thumbnails RetriesExhausted 1"]);
    expect(lines(ledger, "faas_dropped_events_total")).toEqual([
      "default thumbnails RetriesExhausted 1",
      "default thumbnails ZeroReservedConcurrency 1",
    ]);
    expect(lines(ledger, "faas_destination_failures_total")).toEqual(["default thumbnails on-failure queue 1"]);
    expect(lines(ledger, "faas_dead_letter_errors_total")).toEqual(["default thumbnails 1"]);
    expect(lines(ledger, "faas_recursive_invocations_dropped_total")).toEqual(["default thumbnails queued 1"]);
    expect(lines(ledger, "faas_event_source_batches_total")).toEqual(["default thumbnails stream partial 1"]);
    expect(lines(ledger, "faas_event_source_records_total")).toEqual([
      "default thumbnails stream processed 7",
      "default thumbnails stream failed 3",
      "default thumbnails stream filtered 2",
    ]);
    expect(lines(ledger, "faas_event_source_iterator_age_seconds").slice(-2)).toEqual([
      "_sum default thumbnails 1.5",
      "_count default thumbnails 1",
    ]);
    expect(lines(ledger, "faas_reruns_total")).toEqual(["default thumbnails cell-lost 1"]);
    expect(lines(ledger, "faas_egress_denied_total")).toEqual(["default thumbnails private 3"]);
    expect(lines(ledger, "faas_cell_restarts_total")).toEqual(["default memory 1"]);
  });

  test("puts durations into cumulative buckets with sum and count", () => {
    const ledger = ledgerOf([0.5, 42, 42, 1_000_000].map((durationMs) => finished({ durationMs })));
    const samples = [...ledger.samples("faas_invoke_duration_seconds")];
    const count = (le: string): number | undefined => samples.find((sample) => sample.le === le)?.value;
    expect([count("0.0005"), count("0.025"), count("0.05"), count("900"), count("+Inf")]).toEqual([1, 1, 3, 3, 4]);
    expect(samples.find(({ suffix }) => suffix === "_sum")?.value).toBeCloseTo(1000.0845, 9);
    expect(samples.find(({ suffix }) => suffix === "_count")?.value).toBe(4);
  });

  test("leaves queue wait to the queued lane and init to cold starts", () => {
    const ledger = ledgerOf([finished({ queueWaitMs: null, initMs: null })]);
    expect(lines(ledger, "faas_queue_wait_seconds")).toEqual([]);
    expect(lines(ledger, "faas_init_duration_seconds")).toEqual([]);
  });

  test("bills gigabyte-seconds and Lambda's list price, requests included", () => {
    const ledger = ledgerOf([finished({ memoryMb: 1024, billedMs: 1_000 })]);
    const [gbSeconds] = [...ledger.samples("faas_gb_seconds_total")];
    const [dollars] = [...ledger.samples("faas_cost_dollars_total")];
    expect(gbSeconds?.value).toBe(1);
    expect(dollars?.value).toBeCloseTo(0.0000166667 + 0.0000002, 15);
  });

  test("counts on from a saved state to the very state of one that never stopped", () => {
    const facts = manyFacts(2_000);
    const straight = ledgerOf(facts);
    let restarted = new Ledger();
    for (let from = 0; from < facts.length; from += 333) {
      restarted = new Ledger(JSON.parse(JSON.stringify(restarted.state())));
      ledgerOf(facts.slice(from, from + 333), restarted);
    }
    expect(restarted.state()).toEqual(straight.state());
  });

  test("drops a metric that was saved with other labels and keeps the rest", () => {
    const state = ledgerOf(everyKind()).state();
    const { faas_retries_total: retries, ...others } = state.metrics;
    const changed = { ...others, faas_retries_total: { shape: "counter(tenant)", series: retries?.series ?? [] } };
    const restored = new Ledger({ ...state, metrics: changed });
    expect(lines(restored, "faas_retries_total")).toEqual([]);
    expect(lines(restored, "faas_timeouts_total")).toEqual(["default thumbnails 1"]);
  });

  test("shows what alerts watch as 0 from a function's first fact", () => {
    const ledger = ledgerOf([finished()]);
    const values = [...ledger.samples("faas_dead_letters_total")].map(({ labels, value }) => [labels["reason"], value]);
    expect(values).toEqual([
      ["RetriesExhausted", 0],
      ["EventAgeExceeded", 0],
      ["DestinationFailed", 0],
    ]);
  });

  test("ignores facts of a kind it does not know and numbers that are none", () => {
    const unknown = { ...finished(), type: "hibernated" } as unknown as InvocationEvent;
    const broken = finished({ durationMs: Number.NaN, billedMs: Number.NaN });
    const ledger = ledgerOf([unknown, broken]);
    expect(lines(ledger, "faas_invocations_total")).toEqual(["default thumbnails object-storage queued success 1"]);
    expect(lines(ledger, "faas_invoke_duration_seconds")).toEqual([]);
    expect(lines(ledger, "faas_cost_dollars_total")).toEqual([]);
  });
});

describe("label bounds", () => {
  test("fold functions beyond a thousand into other and lose no count", () => {
    const ledger = ledgerOf(Array.from({ length: 1_500 }, (_, index) => finished({ function: `f${index}` })));
    const samples = [...ledger.samples("faas_invocations_total")];
    expect(samples).toHaveLength(1_001);
    expect(samples.find(({ labels }) => labels["function"] === "other")?.value).toBe(500);
    expect(ledger.knownFunctions()).toHaveLength(1_000);
  });

  test("give the place of a function unseen for a day to a new one", () => {
    const full = ledgerOf(Array.from({ length: 1_000 }, (_, index) => finished({ function: `f${index}` })));
    ledgerOf([finished({ function: "f0", at: AT + DAY_MS }), finished({ function: "new", at: AT + DAY_MS })], full);
    const names = [...full.samples("faas_invocations_total")].map(({ labels }) => labels["function"]);
    expect(names).toContain("new");
    expect(names).toContain("f0");
    expect(names).not.toContain("f1");
    expect(names).toHaveLength(1_000);
  });

  test("keep fifty error types, the platform's own always among them", () => {
    const ledger = ledgerOf(
      Array.from({ length: 200 }, (_, index) => finished({ errorType: `E${index}` })).concat(
        finished({ errorType: "Runtime.OutOfMemory" }),
      ),
    );
    const types = [...ledger.samples("faas_errors_total")].map(({ labels }) => labels["error_type"]);
    expect(types.length).toBeLessThanOrEqual(51);
    expect(types).toContain("Runtime.OutOfMemory");
    expect(types).toContain("other");
  });

  test("fold error types that no class has into other", () => {
    const hostile = ['x"} 1\nfake_total 9', "\ud800", "é".repeat(9), "A".repeat(4_000), ""];
    const ledger = ledgerOf(hostile.map((errorType) => finished({ errorType })));
    expect(lines(ledger, "faas_errors_total")).toEqual(["default thumbnails other 5"]);
  });

  test("fold tenants of unknown functions once there are very many", () => {
    const facts = Array.from({ length: 2_000 }, (_, index) => finished({ tenant: `t${index}`, function: "f" }));
    const ledger = ledgerOf(facts);
    const samples = [...ledger.samples("faas_invocations_total")];
    expect(samples.length).toBeLessThanOrEqual(1_000 + 200 + 1);
    expect(samples.reduce((total, { value }) => total + value, 0)).toBe(2_000);
  });
});
