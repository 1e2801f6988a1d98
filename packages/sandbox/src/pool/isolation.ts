import type { CgroupHome } from "./cgroup.ts";

/** Numeric users that no machine has given to anybody, one for each cell. */
export interface UserRange {
  readonly first: number;
  readonly count: number;
}

/**
 * What the platform offers to keep a cell in, beyond being a process of its own with an empty environment. Each layer
 * is tried before it is used, so that a missing one costs its protection and not the service.
 */
export interface Isolation {
  /** Network and IPC namespaces of its own: no interface, not even loopback. */
  readonly namespaces: boolean;
  /** `setpriv` gives a user of its own, or at least takes the way to new privileges. */
  readonly identity: UserRange | "no-new-privileges" | "none";
  /** Node's permission model: no files outside the product, no child processes, no threads. */
  readonly permission: boolean;
  /** Where a control group for each cell can be made. */
  readonly cgroups: CgroupHome | undefined;
}

export const NO_ISOLATION: Isolation = {
  namespaces: false,
  identity: "none",
  permission: false,
  cgroups: undefined,
};

/** A cell whose engine is broken still meets a wall: it cannot act as the worker's user, nor talk to the network. */
export function isContained({ namespaces, identity, permission }: Isolation): boolean {
  return namespaces && typeof identity === "object" && permission;
}

/** What a cell is kept in, a few words for each layer. */
export function isolationLayers({ namespaces, identity, permission, cgroups }: Isolation): string[] {
  const user = typeof identity === "string" ? identity : `own user (${identity.first} and up), no-new-privileges`;
  return [
    "process",
    identity === "none" ? "no setpriv" : user,
    namespaces ? "no network" : "network of the worker",
    permission ? "node permissions" : "no node permissions",
    cgroups === undefined ? "rlimits and memory polling" : "cgroup memory.max and pids.max, rlimits",
  ];
}

/** One line for the log of a worker. */
export function describeIsolation(isolation: Isolation): string {
  return isolationLayers(isolation).join(" · ");
}

/** A command line that runs what follows under the layers; `cell` numbers the cells of this worker. */
export function isolationCommand({ namespaces, identity }: Isolation, cell: number): string[] {
  return [...(namespaces ? withNamespaces() : []), ...withIdentity(identity, cell)];
}

export function withNamespaces(): string[] {
  // Without root, a user namespace is what allows the others.
  return ["unshare", ...(process.getuid?.() === 0 ? [] : ["--user"]), "--net", "--ipc", "--"];
}

function withIdentity(identity: Isolation["identity"], cell: number): string[] {
  if (identity === "none") return [];
  const base = ["setpriv", "--no-new-privs", "--pdeathsig", "KILL"];
  if (identity === "no-new-privileges") return [...base, "--"];
  const user = String(identity.first + (cell % identity.count));
  const drop = ["--clear-groups", "--bounding-set", "-all", "--inh-caps", "-all"];
  return [...base, "--reuid", user, "--regid", user, ...drop, "--"];
}
