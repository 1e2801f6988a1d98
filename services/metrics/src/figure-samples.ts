import { type FunctionRef, functionKey, parseFunctionKey, type WorkerLease } from "@sluice/core";
import { OTHER } from "./label-bounds.ts";
import { FIGURE_METRICS, type FigureName, type LabelValues } from "./metric-table.ts";
import type { Figures, QueueFigure } from "./live-figures.ts";
import type { Sample } from "./series.ts";

const MAX_FUNCTIONS = 1_000;

/**
 * The gauges of one moment. Functions that the ledger knows have labels of their own, the rest as far as there is room.
 *
 * @param known functions with labels of their own in the ledger
 */
export function figureSamples(figures: Figures, known: readonly FunctionRef[]): Record<FigureName, readonly Sample[]> {
  const labelsOf = functionLabels(known);
  return {
    ...workerSamples(figures.leases ?? []),
    ...(figures.leases === undefined ? NO_WORKER_FIGURES : {}),
    faas_concurrent_executions: figures.leases === undefined ? [] : concurrencySamples(figures.leases, known, labelsOf),
    ...queueSamples(figures.queues, labelsOf),
    faas_provisioned_environments: provisionedSamples(figures.leases ?? [], labelsOf),
    faas_redis_up: [sample("faas_redis_up", [], figures.redisUp ? 1 : 0)],
  };
}

type LabelsOf = (ref: FunctionRef) => readonly [string, string];

function functionLabels(known: readonly FunctionRef[]): LabelsOf {
  const admitted = new Set(known.map(functionKey));
  return (ref) => {
    const key = functionKey(ref);
    if (!admitted.has(key) && admitted.size >= MAX_FUNCTIONS) return [OTHER, OTHER];
    admitted.add(key);
    return [ref.tenant, ref.name];
  };
}

const NO_WORKER_FIGURES = {
  faas_workers: [],
  faas_workers_draining: [],
  faas_worker_capacity: [],
  faas_warm_isolates: [],
  faas_cells: [],
};

function workerSamples(leases: readonly WorkerLease[]) {
  const sum = (of: (lease: WorkerLease) => number): number => leases.reduce((total, lease) => total + of(lease), 0);
  return {
    faas_workers: [sample("faas_workers", [], leases.length)],
    faas_workers_draining: [
      sample(
        "faas_workers_draining",
        [],
        sum((lease) => (lease.draining ? 1 : 0)),
      ),
    ],
    faas_worker_capacity: [
      sample(
        "faas_worker_capacity",
        [],
        sum((lease) => (lease.draining ? 0 : lease.capacity)),
      ),
    ],
    faas_warm_isolates: [
      sample(
        "faas_warm_isolates",
        [],
        sum((lease) => lease.warmIsolates),
      ),
    ],
    faas_cells: [
      sample(
        "faas_cells",
        [],
        sum((lease) => lease.cells),
      ),
    ],
  };
}

/** Known functions that do not run are 0 rather than absent, so that a panel shows a line that falls, not a hole. */
function concurrencySamples(leases: readonly WorkerLease[], known: readonly FunctionRef[], labelsOf: LabelsOf) {
  const totals = new Totals("faas_concurrent_executions");
  for (const ref of known) totals.add(labelsOf(ref), 0);
  for (const lease of leases) {
    for (const [key, count] of Object.entries(lease.running)) totals.add(labelsOf(parseFunctionKey(key)), count);
  }
  return totals.samples();
}

function provisionedSamples(leases: readonly WorkerLease[], labelsOf: LabelsOf) {
  const totals = new Totals("faas_provisioned_environments");
  for (const { draining, provisioned = {} } of leases) {
    if (draining) continue;
    for (const [key, { wanted, ready }] of Object.entries(provisioned)) {
      const who = labelsOf(parseFunctionKey(key.slice(0, key.lastIndexOf("@"))));
      totals.add([...who, "ready"], ready);
      totals.add([...who, "missing"], Math.max(0, wanted - ready));
    }
  }
  return totals.samples();
}

function queueSamples(queues: readonly QueueFigure[], labelsOf: LabelsOf) {
  const depths = new Totals("faas_queue_depth");
  const ages = new Totals("faas_queue_oldest_age_seconds", Math.max);
  for (const { ref, depth } of queues) {
    const who = labelsOf(ref);
    depths.add([...who, "waiting"], depth.waiting);
    depths.add([...who, "delayed"], depth.delayed);
    depths.add([...who, "active"], depth.active);
    depths.add([...who, "dead_lettered"], depth.deadLettered);
    ages.add(who, depth.oldestWaitingMs / 1000);
  }
  return { faas_queue_depth: depths.samples(), faas_queue_oldest_age_seconds: ages.samples() };
}

/** Values by labels; functions folded into one set of labels share one value. */
class Totals<N extends FigureName> {
  readonly #name: N;
  readonly #merge: (a: number, b: number) => number;
  readonly #totals = new Map<string, { readonly values: LabelValues<N>; readonly total: number }>();

  constructor(name: N, merge = (a: number, b: number): number => a + b) {
    this.#name = name;
    this.#merge = merge;
  }

  add(values: LabelValues<N>, value: number): void {
    const key = JSON.stringify(values);
    const before = this.#totals.get(key)?.total;
    this.#totals.set(key, { values, total: before === undefined ? value : this.#merge(before, value) });
  }

  samples(): readonly Sample[] {
    return [...this.#totals.values()].map(({ values, total }) => sample(this.#name, values, total));
  }
}

function sample<N extends FigureName>(name: N, values: LabelValues<N>, value: number): Sample {
  const names: readonly string[] = FIGURE_METRICS[name].labels;
  const texts: readonly string[] = values;
  return { suffix: "", labels: Object.fromEntries(names.map((label, index) => [label, texts[index] ?? ""])), value };
}
