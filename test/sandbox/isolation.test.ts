/* oxlint-disable jest/no-conditional-expect, jest/no-standalone-expect -- which layers there are is the machine's choice */
import { readFileSync } from "node:fs";
import { detectIsolation, describeIsolation, type Isolation } from "@sluice/sandbox";
import { TrialPool } from "./trial-pool.ts";

let isolation: Isolation;
let trial: TrialPool;

beforeAll(async () => {
  trial = await TrialPool.start();
  isolation = trial.isolation;
});

afterAll(() => trial.pool.stop());

/** Fields of /proc/<pid>/status of every cell. */
function statuses(): Map<string, string>[] {
  return trial.pool.pids().map((pid) => {
    const text = readFileSync(`/proc/${pid}/status`, "utf8");
    return new Map(text.split("\n").map((line) => line.split(":\t") as [string, string]));
  });
}

const onLinux = process.platform === "linux" ? test : test.skip;

test("what was found is said in one line", () => {
  expect(describeIsolation(isolation)).toMatch(/^process · .+/);
});

test("finding out twice comes to the same", async () => {
  expect({ ...(await detectIsolation()), cgroups: undefined }).toEqual({ ...isolation, cgroups: undefined });
});

onLinux("a cell can gain no privilege, and as root's child it has a user of its own and no capability", () => {
  const { identity } = isolation;
  if (identity === "none") return;
  const found = statuses();
  expect(found.length).toBeGreaterThan(0);
  for (const status of found) {
    expect(status.get("NoNewPrivs")).toBe("1");
    if (identity === "no-new-privileges") continue;
    const [user = 0, ...others] = (status.get("Uid") ?? "").split("\t").map(Number);
    expect(user).toBeGreaterThanOrEqual(identity.first);
    expect(user).toBeLessThan(identity.first + identity.count);
    expect(new Set(others)).toEqual(new Set([user]));
    expect(status.get("Groups")?.trim()).toBe("");
    for (const set of ["CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb"]) expect(Number(status.get(set))).toBe(0);
  }
});

onLinux("no two cells share a user", async () => {
  if (typeof isolation.identity === "string") return;
  await trial.run(trial.define({ tenant: "a", code: "exports.handler = () => 1;" }));
  await trial.run(trial.define({ tenant: "b", code: "exports.handler = () => 1;" }));
  const users = statuses().map((status) => status.get("Uid"));
  expect(new Set(users).size).toBe(users.length);
});

onLinux("a cell has no network interface but a dead loopback", () => {
  if (!isolation.namespaces) return;
  for (const pid of trial.pool.pids()) {
    const lines = readFileSync(`/proc/${pid}/net/dev`, "utf8").trim().split("\n").slice(2);
    expect(lines.map((line) => line.trim().split(":")[0])).toEqual(["lo"]);
    expect(readFileSync(`/proc/${pid}/net/route`, "utf8").trim().split("\n")).toHaveLength(1);
  }
});

onLinux("a cell may neither write files nor dump core, and its memory is bounded", () => {
  for (const pid of trial.pool.pids()) {
    const limits = readFileSync(`/proc/${pid}/limits`, "utf8");
    expect(limits).toMatch(/Max file size\s+0\s+0/);
    expect(limits).toMatch(/Max core file size\s+0\s+0/);
    expect(limits).toMatch(/Max open files\s+256\s+256/);
    expect(limits).toMatch(/Max address space\s+\d+\s+\d+/);
    if (typeof isolation.identity === "object") expect(limits).toMatch(/Max processes\s+512\s+512/);
  }
});

onLinux("a cell has Node's permission model, and it is told of the installation's files alone", () => {
  if (!isolation.permission) return;
  for (const pid of trial.pool.pids()) {
    const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    expect(args).toContain("--permission");
    const paths = args.filter((arg) => arg.startsWith("--allow-fs-read=")).join(" ");
    expect(paths).not.toContain(".sluice");
    expect(args.filter((arg) => /--allow-(fs-write|child|worker)/.test(arg))).toEqual([]);
  }
});
