import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Isolation, isolationCommand } from "./isolation.ts";

const CELL_MAIN = fileURLToPath(new URL("../cell/main.ts", import.meta.url));
/** `packages/` and `node_modules/` of the installation: all that a cell has to read. */
const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const NODE_FLAGS = [
  "--no-node-snapshot",
  "--disable-warning=ExperimentalWarning",
  "--max-old-space-size=512",
  // Guard regions would reserve 8 GB of address space for every WebAssembly memory and defeat RLIMIT_AS.
  "--disable-wasm-trap-handler",
  // 512 MB in one WebAssembly memory.
  "--wasm-max-mem-pages=8192",
];
const PERMISSION_FLAGS = [
  "--permission",
  "--allow-addons",
  ...["packages/*", "node_modules/*", "package.json"].map((path) => `--allow-fs-read=${ROOT}${path}`),
  // The loader of native addons looks there for the kind of C library.
  "--allow-fs-read=/etc/alpine-release",
];
const OPEN_FILES_MAX = 256;
/** A thread counts as a process; every isolate that runs has one. */
const PROCESSES_MAX = 512;

export interface CellSpawn {
  readonly addressSpaceMb: number;
  readonly isolation: Isolation;
  /** How many cells this worker had before. */
  readonly number: number;
}

/**
 * Resource limits bound what heap limits do not. RLIMIT_AS: ArrayBuffers, WebAssembly and native memory. The others:
 * files, core dumps, and processes where the cell has a user of its own, as they are counted by user.
 */
export function spawnCell({ addressSpaceMb, isolation, number }: CellSpawn): ChildProcess {
  const node = [process.execPath, ...NODE_FLAGS, ...(isolation.permission ? PERMISSION_FLAGS : []), CELL_MAIN];
  const stdio: ("ignore" | "pipe")[] = ["ignore", "ignore", "ignore", "pipe"];
  const [program = "", ...args] = node;
  if (process.platform !== "linux") return spawn(program, args, { stdio, env: {}, cwd: "/" });
  const limits = [`ulimit -c 0; ulimit -f 0; ulimit -n ${OPEN_FILES_MAX}; ulimit -v ${addressSpaceMb * 1024}`];
  // The letter differs from shell to shell.
  if (typeof isolation.identity === "object") {
    limits.push(`ulimit -p ${PROCESSES_MAX} 2>/dev/null || ulimit -u ${PROCESSES_MAX}`);
  }
  const script = `${limits.join("; ")}; exec "$@"`;
  const command = ["-c", script, "sh", ...isolationCommand(isolation, number), ...node];
  return spawn("/bin/sh", command, { stdio, env: {}, cwd: "/" });
}

/**
 * Address space for a cell. V8 reserves about 530 MB for each isolate's code and heap, Node itself 1.4 GB (measured),
 * and a WebAssembly memory without a maximum reserves its largest size (spawn-cell.ts). It is the backstop; resident
 * memory is what the pool watches.
 */
export function addressSpaceOf(isolates: number, memoryMb: number): number {
  return 1_600 + (530 + 512) * (isolates + 2) + memoryMb;
}
