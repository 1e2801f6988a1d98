import { spawnSync } from "node:child_process";
import { CgroupHome } from "./cgroup.ts";
import { type Isolation, isolationCommand, NO_ISOLATION, type UserRange, withNamespaces } from "./isolation.ts";
import { bootsUnder } from "./trial-boot.ts";

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
