import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const PIDS_MAX = 512;

/** A group that has processes cannot hand limits to groups inside it; this name says that the one above is ours. */
const WORKER_GROUP = "worker";

/**
 * A cgroup v2 folder in which this worker may make one group for each cell. Operators delegate one and put the worker
 * into a group `worker` inside it (systemd: `Delegate=yes`, `DelegateSubgroup=worker`); where none is, resource limits
 * and polling remain.
 */
export class CgroupHome {
  readonly #folder: string;
  #made = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** The worker's own group or the delegated one above, if groups inside it have `memory.max` and `pids.max`. */
  static find(procFolder = "/proc"): CgroupHome | undefined {
    const own = ownGroup(procFolder);
    if (own === undefined) return undefined;
    return CgroupHome.at(basename(own) === WORKER_GROUP ? dirname(own) : own);
  }

  static at(folder: string): CgroupHome | undefined {
    try {
      accessSync(folder, constants.W_OK);
      delegate(folder);
      const home = new CgroupHome(folder);
      const trial = home.create(64);
      trial?.remove();
      return trial === undefined ? undefined : home;
    } catch {
      return undefined;
    }
  }

  /** @returns undefined when the group cannot be made or has no limits to set */
  create(memoryMb: number): CellCgroup | undefined {
    const folder = join(this.#folder, `sluice-cell-${process.pid}-${++this.#made}`);
    try {
      mkdirSync(folder);
    } catch {
      return undefined;
    }
    const group = new CellCgroup(folder);
    if (group.limit(memoryMb)) return group;
    group.remove();
    return undefined;
  }
}

/** The group of one cell. */
export class CellCgroup {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  limit(memoryMb: number): boolean {
    if (!existsSync(join(this.#folder, "memory.max")) || !existsSync(join(this.#folder, "pids.max"))) return false;
    return (
      this.#write("memory.max", String(memoryMb * 1_048_576)) &&
      this.#write("pids.max", String(PIDS_MAX)) &&
      // Swapped-out memory would let a cell hold more than it may, slowly.
      (this.#write("memory.swap.max", "0") || true)
    );
  }

  add(pid: number): boolean {
    return this.#write("cgroup.procs", String(pid));
  }

  /** The kernel has killed a process of this group for want of memory. */
  get outOfMemory(): boolean {
    try {
      const events = readFileSync(join(this.#folder, "memory.events"), "latin1");
      return Number(/^oom_kill (\d+)$/m.exec(events)?.[1] ?? 0) > 0;
    } catch {
      return false;
    }
  }

  /** Possible once its processes are gone. */
  remove(): void {
    try {
      rmdirSync(this.#folder);
    } catch {
      // Still in use, or gone already: an empty group costs next to nothing.
    }
  }

  #write(file: string, text: string): boolean {
    const path = join(this.#folder, file);
    if (!existsSync(path)) return false;
    try {
      writeFileSync(path, text);
      return true;
    } catch {
      return false;
    }
  }
}

/** Folder of the v2 group that this process is in. */
function ownGroup(procFolder: string): string | undefined {
  try {
    const mounts = readFileSync(join(procFolder, "self/mountinfo"), "latin1");
    const mount = /^(?:\S+ ){4}(\S+) .* - cgroup2 /m.exec(mounts)?.[1];
    const path = /^0::(\S*)$/m.exec(readFileSync(join(procFolder, "self/cgroup"), "latin1"))?.[1];
    return mount === undefined || path === undefined ? undefined : join(mount, path);
  } catch {
    return undefined;
  }
}

/** Hands the controllers on to groups inside; refused while the group has processes itself, unless already done. */
function delegate(folder: string): void {
  try {
    writeFileSync(join(folder, "cgroup.subtree_control"), "+memory +pids");
  } catch {
    // The trial group tells whether they are there.
  }
}
