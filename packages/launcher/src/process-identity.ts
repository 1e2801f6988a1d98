import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process of this machine. Process ids are used again, so one is told from its successor by when it started. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; null when the system would not say, and then the pid alone decides. */
  readonly startedAt: string | null;
}

export function identify(pid: number): ProcessIdentity {
  return { pid, startedAt: startOf(pid) };
}

/** False for a process that ended and only waits to be reaped. */
export function isRunning({ pid, startedAt }: ProcessIdentity): boolean {
  if (!exists(pid)) return false;
  const now = startOf(pid);
  if (now === "ended") return false;
  return startedAt === null || now === null || now === startedAt;
}

export function parseIdentity(value: unknown): ProcessIdentity | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (!("pid" in value) || typeof value.pid !== "number" || !Number.isSafeInteger(value.pid)) return undefined;
  if (value.pid <= 0) return undefined;
  const startedAt = "startedAt" in value && typeof value.startedAt === "string" ? value.startedAt : null;
  return { pid: value.pid, startedAt };
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return typeof error === "object" && error !== null && "code" in error && error.code === "EPERM";
  }
}

function startOf(pid: number): string | null {
  return process.platform === "linux" ? linuxStart(pid) : psStart(pid);
}

/** Clock ticks since boot, together with the boot that they count from. */
function linuxStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in brackets and may hold spaces and brackets itself.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === "Z" || state === "X") return "ended";
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot}:${fields[18]}`;
  } catch {
    return null;
  }
}

function psStart(pid: number): string | null {
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || null;
  } catch {
    return null;
  }
}
