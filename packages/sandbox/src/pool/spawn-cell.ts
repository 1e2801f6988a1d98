import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const CELL_MAIN = fileURLToPath(new URL("../cell/main.ts", import.meta.url));
const NODE_FLAGS = [
  "--no-node-snapshot",
  "--disable-warning=ExperimentalWarning",
  "--max-old-space-size=512",
  // Guard regions would reserve 8 GB of address space for every WebAssembly memory and defeat RLIMIT_AS.
  "--disable-wasm-trap-handler",
  // 512 MB in one WebAssembly memory.
  "--wasm-max-mem-pages=8192",
];

/** RLIMIT_AS bounds what heap limits do not: ArrayBuffers, WebAssembly memory, native memory (hostile.md 18–24). */
export function spawnCell(addressSpaceMb: number): ChildProcess {
  const args = [...NODE_FLAGS, CELL_MAIN];
  const stdio: ("ignore" | "pipe")[] = ["ignore", "ignore", "ignore", "pipe"];
  if (process.platform !== "linux") return spawn(process.execPath, args, { stdio, env: {} });
  const script = `ulimit -c 0; ulimit -v ${addressSpaceMb * 1024}; exec "$0" "$@"`;
  return spawn("/bin/sh", ["-c", script, process.execPath, ...args], { stdio, env: {} });
}
