import { readdirSync, readFileSync } from "node:fs";

/** Of `utime` and `stime` in /proc; the same on every Linux that Node runs on. */
const TICK_US = 10_000;
const PAGE_BYTES = 4_096;

/**
 * CPU microseconds that these processes and their living descendants have spent so far; undefined where there is no
 * /proc.
 */
export function cpuUsOf(pids: readonly number[]): number | undefined {
  const all = readProcesses();
  if (all === undefined) return undefined;
  return [...familyOf(pids, all)].reduce((sum, pid) => sum + (all.get(pid)?.cpuUs ?? 0), 0);
}

/** Resident memory in MB (of 2^20 bytes); undefined where there is no /proc or the process is gone. */
export function residentMbOf(pid: number): number | undefined {
  const pages = readText(`/proc/${pid}/statm`)?.split(" ")[1];
  return pages === undefined ? undefined : (Number(pages) * PAGE_BYTES) / 2 ** 20;
}

interface ProcessStat {
  readonly parent: number;
  readonly cpuUs: number;
}

function familyOf(roots: readonly number[], all: ReadonlyMap<number, ProcessStat>): ReadonlySet<number> {
  const family = new Set(roots);
  for (let grown = true; grown; ) {
    const size = family.size;
    for (const [pid, { parent }] of all) if (family.has(parent)) family.add(pid);
    grown = family.size > size;
  }
  return family;
}

function readProcesses(): ReadonlyMap<number, ProcessStat> | undefined {
  if (process.platform !== "linux") return undefined;
  const all = new Map<number, ProcessStat>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const text = readText(`/proc/${name}/stat`);
    if (text !== undefined) all.set(Number(name), parseStat(text));
  }
  return all;
}

/** The second field is the program's name in parentheses and may hold anything; fields count from behind it. */
function parseStat(text: string): ProcessStat {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { parent: Number(fields[1]), cpuUs: (Number(fields[11]) + Number(fields[12])) * TICK_US };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}
