import { createHash } from "node:crypto";
import { LATEST } from "@sluice/core";

/** What placement must know of a worker. */
export interface PlacementTarget {
  readonly id: string;
  readonly open: boolean;
  readonly capacity: number;
  readonly load: number;
  isWarm(functionKey: string): boolean;
  /** Provisioned environments that are ready, by `tenant.name@qualifier`; undefined when it has none at all. */
  readonly provisioned: ReadonlyMap<string, number> | undefined;
}

/** How far above the average a preferred worker may be loaded (consistent hashing with bounded loads). */
const OVERLOAD = 1.25;
/** Below this many calls, staying on the same worker always wins: it is warm, and nobody else gains. */
const SMALL_LOAD = 8;

/**
 * Chooses the worker for a call: those with more provisioned environments than calls first, then warm ones, then in an order that every gateway computes alike, so that a
 * function stays where it is warm; the first that is not loaded above its share, else the least loaded with room.
 *
 * @returns undefined when no worker has room
 */
export function chooseWorker<T extends PlacementTarget>(
  workers: Iterable<T>,
  functionKey: string,
  tried: ReadonlySet<T>,
  qualifier = LATEST,
): T | undefined {
  const open: T[] = [];
  let total = 0;
  for (const worker of workers) {
    if (!worker.open) continue;
    total += worker.load;
    if (!tried.has(worker) && worker.load < worker.capacity) open.push(worker);
  }
  if (open.length <= 1) return open[0];
  const share = Math.max(SMALL_LOAD, Math.ceil((OVERLOAD * (total + 1)) / open.length));
  const preferred = open.toSorted((a, b) => rank(a, functionKey, qualifier) - rank(b, functionKey, qualifier));
  return preferred.find((worker) => worker.load < share) ?? open.reduce((a, b) => (a.load <= b.load ? a : b));
}

/** Rendezvous hashing; a warm worker comes before every cold one. */
function rank(worker: PlacementTarget, functionKey: string, qualifier: string): number {
  const ready = worker.provisioned?.get(`${functionKey}@${qualifier}`) ?? 0;
  if (ready > worker.load) return hash(`${functionKey}|${worker.id}`) - 1;
  return hash(`${functionKey}|${worker.id}`) + (worker.isWarm(functionKey) ? 0 : 1);
}

const hashes = new Map<string, number>();
const HASHES_MAX = 10_000;

/** In [0, 1). */
function hash(text: string): number {
  const known = hashes.get(text);
  if (known !== undefined) return known;
  if (hashes.size >= HASHES_MAX) hashes.clear();
  const value = createHash("sha1").update(text).digest().readUInt32BE(0) / 2 ** 32;
  hashes.set(text, value);
  return value;
}
