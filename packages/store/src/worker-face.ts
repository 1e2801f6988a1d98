import type { WorkerLease } from "@sluice/core";

/** The part of a lease whose change others must hear of at once; load figures are read when the workers are listed. */
export function workerFace(lease: WorkerLease): string {
  return JSON.stringify([lease.address, lease.token, lease.startedAt, lease.capacity, lease.draining]);
}
