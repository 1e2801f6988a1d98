import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { StartError } from "@sluice/process";
import { identify, isRunning, parseIdentity, type ProcessIdentity } from "./process-identity.ts";

export interface LockOptions {
  readonly path: string;
  /** Where the holder can be reached, for the message to whoever comes second. */
  readonly address: string;
  /** Default: this process. */
  readonly holder?: ProcessIdentity;
}

export interface Lock {
  /** The process that crashed and left the lock behind, if one did. */
  readonly tookOverFrom: number | undefined;
  /** Tells later starts the address, once it is known. */
  setAddress(address: string): void;
  /** Does nothing when the lock is no longer ours. */
  release(): void;
}

interface Holder extends ProcessIdentity {
  readonly address: string;
}

/**
 * Makes this process the only launcher of its data folder.
 *
 * @throws StartError when a launcher that still runs holds the lock
 */
export function acquireLock(options: LockOptions): Lock {
  const holder = options.holder ?? identify(process.pid);
  const mine = `${options.path}.${holder.pid}`;
  let tookOverFrom: number | undefined;
  try {
    write(mine, { ...holder, address: options.address });
    while (!tryLink(mine, options.path)) {
      tookOverFrom = clearStale(options.path, holder.pid) ?? tookOverFrom;
    }
  } finally {
    rmSync(mine, { force: true });
  }
  const isOurs = (): boolean => read(options.path)?.pid === holder.pid;
  return {
    tookOverFrom,
    setAddress: (address) => {
      if (!isOurs()) return;
      write(mine, { ...holder, address });
      renameSync(mine, options.path);
    },
    release: () => {
      if (isOurs()) rmSync(options.path, { force: true });
    },
  };
}

/** Linking a finished file is atomic: no other start can see half a lock, and only one link succeeds. */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code !== "EEXIST") throw error;
    return false;
  }
}

/** Moves a dead process's lock out of the way; answers whose it was. */
function clearStale(path: string, pid: number): number | undefined {
  refuseIfHeld(path);
  const aside = `${path}.stale.${pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return undefined;
  }
  const moved = read(aside);
  // Between the look and the move another start may have taken over: then this is its lock, and goes back.
  if (moved !== undefined && isRunning(moved)) tryLink(aside, path);
  rmSync(aside, { force: true });
  return moved?.pid ?? 0;
}

function refuseIfHeld(path: string): void {
  const holder = read(path);
  if (holder === undefined || !isRunning(holder)) return;
  throw new StartError(
    `Sluice is already running here (pid ${holder.pid}, ${holder.address}). Stop it, or use another data folder with --data-dir or SLUICE_DATA_DIR.`,
  );
}

function read(path: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    const identity = parseIdentity(value);
    const address = typeof value === "object" && value !== null && "address" in value ? String(value.address) : "";
    return identity === undefined ? undefined : { ...identity, address };
  } catch {
    return undefined;
  }
}

function write(path: string, holder: Holder): void {
  writeFileSync(path, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
}
