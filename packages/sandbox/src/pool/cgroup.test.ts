import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CellCgroup, CgroupHome } from "./cgroup.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-cgroup-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function makeGroup(): string {
  const group = join(folder, "cell");
  mkdirSync(group);
  for (const file of ["memory.max", "memory.swap.max", "pids.max", "cgroup.procs"])
    writeFileSync(join(group, file), "");
  return group;
}

test("a group bounds memory, swap and processes, and takes the cell in", () => {
  const path = makeGroup();
  const group = new CellCgroup(path);
  expect([group.limit(256), group.add(4321)]).toEqual([true, true]);
  const read = (file: string): string => readFileSync(join(path, file), "utf8");
  expect(["memory.max", "memory.swap.max", "pids.max", "cgroup.procs"].map(read)).toEqual([
    String(256 * 1_048_576),
    "0",
    "512",
    "4321",
  ]);
});

test("the kernel's kill for want of memory is told from others", () => {
  const path = makeGroup();
  const group = new CellCgroup(path);
  expect(group.outOfMemory).toBe(false);
  writeFileSync(join(path, "memory.events"), "low 0\noom 1\noom_kill 1\n");
  expect(group.outOfMemory).toBe(true);
});

test("a folder whose groups have no such limits is no home, and nothing is left in it", () => {
  expect(CgroupHome.at(folder)).toBeUndefined();
  expect(readdirSync(folder)).toEqual(["cgroup.subtree_control"]);
  expect(CgroupHome.at(join(folder, "absent"))).toBeUndefined();
});

test("the worker's own group is found from the mounts, and its absence is no error", () => {
  expect(CgroupHome.find(join(folder, "no-proc"))).toBeUndefined();
});
