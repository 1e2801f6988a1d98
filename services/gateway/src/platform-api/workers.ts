import { parseFunctionKey, type WorkerLease } from "@sluice/core";
import type { Component } from "./components.ts";
import { defineOperation, type Operation, type PlatformApiDeps, reply } from "./operation.ts";

export function listWorkers({ workers }: PlatformApiDeps): Operation {
  return defineOperation({
    id: "listWorkers",
    method: "get",
    path: "/workers",
    summary: "Workers that run functions now",
    replies: { 200: { description: "Workers", schemas: ["WorkerList"] } },
    async handle({ tenant }) {
      const leases = [...(await workers.list())].sort((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1));
      return reply(200, { workers: leases.map((lease) => viewWorker(lease, tenant)) });
    },
  });
}

/** Workers are shared by all tenants; the names of other tenants' functions are not. */
function viewWorker(lease: WorkerLease, tenant: string): Component<"WorkerList">["workers"][number] {
  const { id, host, pid, capacity, startedAt, draining, cells, warmIsolates } = lease;
  const all = Object.entries(lease.running).map(([key, count]) => ({ ...parseFunctionKey(key), count }));
  const own = all
    .filter((entry) => entry.tenant === tenant)
    .map((entry): [string, number] => [entry.name, entry.count]);
  const inFlight = all.reduce((sum, entry) => sum + entry.count, 0);
  const running = Object.fromEntries(own);
  const isolation = [...(lease.isolation ?? [])];
  return { id, host, pid, capacity, startedAt, draining, inFlight, running, cells, warmIsolates, isolation };
}
