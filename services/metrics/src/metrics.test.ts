import { spawnSync } from "node:child_process";
import type { QueueDepth, WorkerLease } from "@sluice/core";
import { createLogger } from "@sluice/process";
import { Registry } from "prom-client";
import { Ledger } from "./ledger.ts";
import { LiveFigures } from "./live-figures.ts";
import { METRICS } from "./metric-table.ts";
import { registerMetrics } from "./metrics.ts";
import { type ParsedSample, parseExposition } from "./testing/exposition.ts";
import { everyKind, finished, manyFacts } from "./testing/facts.ts";

const logger = createLogger({ service: "test", level: "silent" });
const DEPTH: QueueDepth = { waiting: 4, delayed: 1, active: 2, deadLettered: 3, oldestWaitingMs: 1_500 };

function lease(changes: Partial<WorkerLease> = {}): WorkerLease {
  return {
    id: "w1",
    address: "unix:/tmp/w1.sock",
    token: "secret",
    host: "here",
    pid: 1,
    capacity: 8,
    startedAt: 0,
    draining: false,
    running: { "default.thumbnails": 2 },
    cells: 3,
    warmIsolates: 5,
    provisioned: { "acme.report@3": { wanted: 3, allocated: 3, ready: 2 } },
    ...changes,
  };
}

const THUMBNAILS = { tenant: "default", name: "thumbnails" };

interface Sources {
  readonly ledger?: Ledger;
  readonly workers?: () => Promise<readonly WorkerLease[]>;
  readonly active?: () => Promise<readonly (typeof THUMBNAILS)[]>;
  readonly depth?: (ref: typeof THUMBNAILS) => Promise<QueueDepth>;
  readonly now?: () => number;
}

/** A registry as the service has it, over fakes; answers what a scrape sees. */
function scraperOf(sources: Sources): () => Promise<string> {
  const figures = new LiveFigures({
    workers: { list: sources.workers ?? (async () => [lease()]) },
    queue: {
      activeFunctions: sources.active ?? (async () => [THUMBNAILS]),
      depth: sources.depth ?? (async () => DEPTH),
    },
    logger,
    now: sources.now ?? Date.now,
    deadlineMs: 50,
  });
  const registry = new Registry();
  registerMetrics(registry, { ledger: () => sources.ledger, figures });
  return () => registry.metrics();
}

function ledgerOf(facts = everyKind()): Ledger {
  const ledger = new Ledger();
  for (const fact of facts) ledger.fold(fact);
  return ledger;
}

const values = (samples: readonly ParsedSample[] | undefined): readonly number[] =>
  samples?.map(({ value }) => value) ?? [];

describe("a scrape", () => {
  test("shows every metric of the table with its type, help and labels, and nothing else", async () => {
    const families = parseExposition(await scraperOf({ ledger: ledgerOf() })());
    expect([...families.keys()].toSorted()).toEqual(Object.keys(METRICS).toSorted());
    for (const [name, { type, help, labels }] of Object.entries(METRICS)) {
      const family = families.get(name);
      expect([family?.type, family?.help]).toEqual([type, help]);
      const used = new Set(family?.samples.flatMap((sample) => Object.keys(sample.labels)));
      used.delete("le");
      expect([name, [...used]]).toEqual([name, [...labels]]);
    }
  });

  test("is what Prometheus' own linter accepts", async () => {
    const text = await scraperOf({ ledger: ledgerOf(manyFacts(3_000)) })();
    expect(parseExposition(text).size).toBe(Object.keys(METRICS).length);
    const { error, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
    if (error !== undefined) return; // Not installed: the strict parse above is what is checked.
    // GB-seconds are the unit that Lambda bills in, so that is what the name says.
    const gigabyteSeconds = /^faas_gb_seconds_total metric names should not contain abbreviated units\n/m;
    expect(`${stdout}${stderr}`.replace(gigabyteSeconds, "")).toBe("");
  });

  test("keeps histograms cumulative and ended by +Inf equal to the count", async () => {
    const families = parseExposition(await scraperOf({ ledger: ledgerOf(manyFacts(500)) })());
    const samples = families.get("faas_invoke_duration_seconds")?.samples ?? [];
    const mine = samples.filter(({ labels }) => labels["function"] === "thumbnails");
    const buckets = values(mine.filter(({ name }) => name.endsWith("_bucket")));
    expect(buckets).toEqual(buckets.toSorted((a, b) => a - b));
    expect(buckets.at(-1)).toBe(mine.find(({ name }) => name.endsWith("_count"))?.value);
  });

  test("sums workers' leases and shows queues in base units", async () => {
    const workers = async () => [
      lease(),
      lease({ id: "w2", draining: true, running: { "default.thumbnails": 1, "acme.report": 4 } }),
    ];
    const families = parseExposition(await scraperOf({ ledger: ledgerOf(), workers })());
    const running = families
      .get("faas_concurrent_executions")
      ?.samples.map(({ labels, value }) => [labels["tenant"], labels["function"], value]);
    expect(running).toEqual([
      ["default", "thumbnails", 3],
      ["acme", "report", 4],
    ]);
    expect(values(families.get("faas_workers")?.samples)).toEqual([2]);
    expect(values(families.get("faas_workers_draining")?.samples)).toEqual([1]);
    expect(values(families.get("faas_worker_capacity")?.samples)).toEqual([8]);
    expect(values(families.get("faas_cells")?.samples)).toEqual([6]);
    expect(values(families.get("faas_warm_isolates")?.samples)).toEqual([10]);
    const kept = families.get("faas_provisioned_environments")?.samples;
    expect(kept?.map(({ labels, value }) => [labels["function"], labels["state"], value])).toEqual([
      ["report", "ready", 2],
      ["report", "missing", 1],
    ]);
    const depths = families.get("faas_queue_depth")?.samples.map(({ labels, value }) => [labels["state"], value]);
    expect(depths).toEqual([
      ["waiting", 4],
      ["delayed", 1],
      ["active", 2],
      ["dead_lettered", 3],
    ]);
    expect(values(families.get("faas_queue_oldest_age_seconds")?.samples)).toEqual([1.5]);
    expect(values(families.get("faas_redis_up")?.samples)).toEqual([1]);
  });

  test("shows a known function that does not run as 0", async () => {
    const families = parseExposition(await scraperOf({ ledger: ledgerOf(), workers: async () => [] })());
    expect(values(families.get("faas_concurrent_executions")?.samples)).toEqual([0]);
    expect(values(families.get("faas_workers")?.samples)).toEqual([0]);
  });

  test("shows no counter of an incomplete ledger", async () => {
    const families = parseExposition(await scraperOf({})());
    expect(families.get("faas_invocations_total")?.samples).toEqual([]);
    expect(values(families.get("faas_workers")?.samples)).toEqual([1]);
  });

  test("bounds the labels of queues: sums depths and takes the largest age of the folded ones", async () => {
    const refs = Array.from({ length: 1_200 }, (_, index) => ({ tenant: "default", name: `q${index}` }));
    const depth = async (): Promise<QueueDepth> => DEPTH;
    const families = parseExposition(await scraperOf({ ledger: ledgerOf(), active: async () => refs, depth })());
    const waiting = families.get("faas_queue_depth")?.samples.filter(({ labels }) => labels["state"] === "waiting");
    expect(waiting).toHaveLength(1_000);
    expect(waiting?.find(({ labels }) => labels["function"] === "other")?.value).toBe(4 * 201);
    expect(new Set(values(families.get("faas_queue_oldest_age_seconds")?.samples))).toEqual(new Set([1.5]));
  });
});

describe("a scrape while Redis is down", () => {
  const never = () => new Promise<never>(() => undefined);

  test("answers with the ledger and faas_redis_up 0 when Redis never answers", async () => {
    const families = parseExposition(await scraperOf({ ledger: ledgerOf(), workers: never, active: never })());
    expect(values(families.get("faas_redis_up")?.samples)).toEqual([0]);
    expect(families.get("faas_invocations_total")?.samples).toHaveLength(3);
    expect(families.get("faas_workers")?.samples).toEqual([]);
    expect(families.get("faas_queue_depth")?.samples).toEqual([]);
  });

  test("shows the last known figures for a minute, then none, and recovers", async () => {
    let clock = 1_000_000;
    let down = false;
    const unlessDown = async <T>(value: T): Promise<T> => {
      if (down) throw new Error("Connection is closed.");
      return value;
    };
    const scrape = scraperOf({
      workers: () => unlessDown([lease()]),
      active: () => unlessDown([THUMBNAILS]),
      now: () => clock,
    });
    const look = async (): Promise<readonly (number | undefined)[]> => {
      clock += 15_000;
      const families = parseExposition(await scrape());
      return ["faas_redis_up", "faas_workers", "faas_queue_oldest_age_seconds"].map(
        (name) => families.get(name)?.samples[0]?.value,
      );
    };
    expect(await look()).toEqual([1, 1, 1.5]);
    down = true;
    expect(await look()).toEqual([0, 1, 1.5]);
    clock += 60_000;
    expect(await look()).toEqual([0, undefined, undefined]);
    down = false;
    expect(await look()).toEqual([1, 1, 1.5]);
  });

  test("does not pile readings onto a Redis that does not answer", async () => {
    let lists = 0;
    const workers = (): Promise<never> => {
      lists += 1;
      return never();
    };
    const scrape = scraperOf({ workers });
    await Promise.all([scrape(), scrape()]);
    await scrape();
    expect(lists).toBe(1);
  });

  test("a queue that cannot be read takes nothing from the others", async () => {
    const refs = [THUMBNAILS, { tenant: "default", name: "webhook" }];
    const depth = async (ref: typeof THUMBNAILS): Promise<QueueDepth> => {
      if (ref.name === "thumbnails") throw new Error("WRONGTYPE");
      return DEPTH;
    };
    const families = parseExposition(await scraperOf({ active: async () => refs, depth })());
    expect(families.get("faas_queue_depth")?.samples.map(({ labels }) => labels["function"])).toEqual(
      Array.from({ length: 4 }, () => "webhook"),
    );
    expect(values(families.get("faas_redis_up")?.samples)).toEqual([1]);
  });

  test("reads many queues with bounded concurrency", async () => {
    let running = 0;
    let most = 0;
    const depth = async (): Promise<QueueDepth> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return DEPTH;
    };
    const refs = Array.from({ length: 100 }, (_, index) => ({ tenant: "default", name: `q${index}` }));
    await scraperOf({ active: async () => refs, depth })();
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(16);
  });
});

test("hostile label values cannot break the exposition", async () => {
  const families = parseExposition(
    await scraperOf({ ledger: ledgerOf([finished({ errorType: 'x"} 1\nfake_total 9' })]) })(),
  );
  expect(families.get("faas_errors_total")?.samples.map(({ labels }) => labels["error_type"])).toEqual(["other"]);
});
