import { functionKey, LATEST, versionKey } from "./names.ts";
import type { FunctionRecord } from "./registry.ts";
import type { WorkerLease } from "./stores.ts";

/** What one worker keeps ready of one version. */
export interface ProvisionedShare {
  /** Its part of what was asked for. */
  readonly wanted: number;
  /** For which there is room: ready, or being made. */
  readonly allocated: number;
  readonly ready: number;
  /** Why there are fewer than wanted, and not only because they are still being made. */
  readonly reason?: string;
}

export interface ProvisionedStatus {
  readonly status: "IN_PROGRESS" | "READY" | "FAILED";
  readonly requested: number;
  readonly available: number;
  readonly allocated: number;
  readonly reason?: string;
}

type Counts = Readonly<Record<string, number>>;

/** Environments to keep ready, by version: those of all qualifiers together. */
export function provisionedVersions(record: FunctionRecord): Counts {
  const total: Record<string, number> = {};
  for (const qualifier of Object.keys(record.settings.provisioned)) {
    for (const [version, count] of Object.entries(provisionedOf(record, qualifier))) {
      total[version] = (total[version] ?? 0) + count;
    }
  }
  return total;
}

/** Environments that one qualifier asks for, by version. */
export function provisionedOf(record: FunctionRecord, qualifier: string): Counts {
  const { provisioned } = record.settings;
  const requested = Object.hasOwn(provisioned, qualifier) ? (provisioned[qualifier]?.requested ?? 0) : 0;
  if (requested <= 0 || qualifier === LATEST) return {};
  if (/^[1-9][0-9]*$/.test(qualifier)) return { [qualifier]: requested };
  const alias = Object.hasOwn(record.aliases, qualifier) ? record.aliases[qualifier] : undefined;
  if (alias === undefined) return {};
  const counts: Record<string, number> = {};
  let rest = requested;
  // A version that gets calls gets an environment, as long as the first is left with one.
  for (const [version, weight] of Object.entries(alias.weights)) {
    const count = Math.min(rest - 1, weight > 0 ? Math.max(1, Math.round(requested * weight)) : 0);
    if (count > 0) counts[version] = count;
    rest -= Math.max(0, count);
  }
  counts[alias.version] = (counts[alias.version] ?? 0) + rest;
  return counts;
}

/**
 * A worker's part of a version's environments: every worker computes the same split from the leases. Draining workers
 * keep nothing.
 *
 * @param key `versionKey`; decides who gets what cannot be divided, so that it is not always the same worker
 */
export function shareOf(
  requested: number,
  key: string,
  workers: readonly Pick<WorkerLease, "id" | "draining">[],
  id: string,
): number {
  const order = workers
    .filter(({ draining }) => !draining)
    .map((worker) => ({ id: worker.id, rank: hash(`${key}|${worker.id}`) }))
    .sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1));
  const place = order.findIndex((worker) => worker.id === id);
  if (place < 0) return 0;
  return Math.floor(requested / order.length) + (place < requested % order.length ? 1 : 0);
}

/** What has become of a qualifier's provisioned concurrency; undefined when it asks for none. */
export function provisionedStatus(
  record: FunctionRecord,
  qualifier: string,
  leases: readonly WorkerLease[],
): ProvisionedStatus | undefined {
  if (!Object.hasOwn(record.settings.provisioned, qualifier)) return undefined;
  const requested = record.settings.provisioned[qualifier]?.requested ?? 0;
  let [available, allocated] = [0, 0];
  let reason: string | undefined;
  for (const [version, wanted] of Object.entries(provisionedOf(record, qualifier))) {
    const key = versionKey({ tenant: record.tenant, name: record.name, version });
    const shares = leases.flatMap(({ draining, provisioned = {} }) => (draining ? [] : (provisioned[key] ?? [])));
    const sum = (of: (share: ProvisionedShare) => number): number => shares.reduce((all, share) => all + of(share), 0);
    // Another qualifier may have asked for more of the same version.
    const ready = Math.min(
      wanted,
      sum((share) => share.ready),
    );
    available += ready;
    allocated += Math.min(
      wanted,
      sum((share) => share.allocated),
    );
    if (ready < wanted) reason ??= shares.find((share) => share.reason !== undefined)?.reason;
  }
  const base = { requested, available, allocated };
  if (requested > 0 && available >= requested) return { ...base, status: "READY" };
  if (reason !== undefined) return { ...base, status: "FAILED", reason };
  const none = leases.every(({ draining }) => draining);
  return { ...base, status: "IN_PROGRESS", ...(none ? { reason: "No worker is running." } : {}) };
}

/** Names under which calls find provisioned environments of a version: its number, and the aliases that lead to it. */
export function provisionedNames(record: FunctionRecord, version: string): readonly string[] {
  const names = Object.keys(record.settings.provisioned).filter((qualifier) =>
    Object.hasOwn(provisionedOf(record, qualifier), version),
  );
  return [...new Set([version, ...names])].map((name) => `${functionKey(record)}@${name}`);
}

/** FNV-1a: no secret hangs on it, only that everybody gets the same. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return value;
}
