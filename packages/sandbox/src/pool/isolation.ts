import { spawnSync } from "node:child_process";
import { CgroupHome } from "./cgroup.ts";
import { bootsUnder } from "./trial-boot.ts";

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

const COUNT = 4_096;
/** Beyond what distributions and user databases give out; the second for containers with 65,536 users. */
const FIRST_USERS = [1_879_048_192, 61_184] as const;

/** Finds out by trying, once, what this machine lets a worker do. */
export async function detectIsolation(): Promise<Isolation> {
  if (process.platform !== "linux") return await firstThatBoots([{ ...NO_ISOLATION, permission: true }]);
  const namespaces = runs(withNamespaces());
  const cgroups = CgroupHome.find();
  const noNewPrivileges = runs(["setpriv", "--no-new-privs", "--"]) ? "no-new-privileges" : "none";
  const users = findUsers(namespaces);
  const identities = [...(users === undefined ? [] : [users]), noNewPrivileges] as const;
  const candidates = identities.flatMap((identity) =>
    [true, false].map((permission): Isolation => ({ namespaces, identity, permission, cgroups })),
  );
  return await firstThatBoots(candidates);
}

/** One line for the log of a worker and for its status. */
export function describeIsolation({ namespaces, identity, permission, cgroups }: Isolation): string {
  const user = typeof identity === "string" ? identity : `own user (${identity.first} and up), no-new-privileges`;
  const parts = [
    "process",
    identity === "none" ? "no setpriv" : user,
    namespaces ? "no network" : "network of the worker",
    permission ? "node permissions" : "no node permissions",
    cgroups === undefined ? "rlimits and memory polling" : "cgroup memory.max and pids.max, rlimits",
  ];
  return parts.join(" · ");
}

/** A command line that runs what follows under the layers; `cell` numbers the cells of this worker. */
export function isolationCommand({ namespaces, identity }: Isolation, cell: number): string[] {
  return [...(namespaces ? withNamespaces() : []), ...withIdentity(identity, cell)];
}

function withNamespaces(): string[] {
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

function findUsers(namespaces: boolean): UserRange | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const first of FIRST_USERS) {
    // Workers of one machine should not share users.
    const slots = first === FIRST_USERS[0] ? 16_384 : 1;
    const users = { first: first + (process.pid % slots) * COUNT, count: slots === 1 ? 4_000 : COUNT };
    if (runs(isolationCommand({ ...NO_ISOLATION, namespaces, identity: users }, 0))) return users;
  }
  return undefined;
}

function runs(command: readonly string[]): boolean {
  const [program = "true", ...args] = command;
  return spawnSync(program, [...args, "true"], { stdio: "ignore", env: {}, cwd: "/", timeout: 5_000 }).status === 0;
}

/** The files that a cell needs may lie where its user cannot go; only a whole boot tells. */
async function firstThatBoots(candidates: readonly Isolation[]): Promise<Isolation> {
  for (const candidate of candidates) if (await bootsUnder(candidate)) return candidate;
  return NO_ISOLATION;
}
