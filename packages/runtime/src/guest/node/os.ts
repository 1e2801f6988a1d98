import { memoryLimitBytes } from "./process.ts";
import { processFacts } from "./process-facts.ts";
import { osConstants } from "./os-constants.ts";

const NO_TIMES = { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 };

/**
 * `node:os`: the machine that a function on Lambda sees, with the function's own memory limit. The real machine is not
 * for guests to know.
 */
export const os = {
  EOL: "\n",
  devNull: "/dev/null",
  constants: osConstants,
  arch: (): string => processFacts.arch,
  platform: (): string => "linux",
  type: (): string => "Linux",
  release: (): string => "5.10.0",
  version: (): string => "#1 SMP",
  machine: (): string => (processFacts.arch === "arm64" ? "aarch64" : "x86_64"),
  endianness: (): string => "LE",
  hostname: (): string => "sluice",
  homedir: (): string => "/tmp",
  tmpdir: (): string => "/tmp",
  availableParallelism: (): number => 1,
  cpus: () => [{ model: "virtual", speed: 0, times: { ...NO_TIMES } }],
  totalmem: memoryLimitBytes,
  freemem: memoryLimitBytes,
  loadavg: (): number[] => [0, 0, 0],
  uptime: (): number => (globalThis.process as { uptime(): number }).uptime(),
  networkInterfaces: (): object => ({}),
  userInfo: () => ({ uid: 993, gid: 990, username: "sbx_user1051", homedir: "/tmp", shell: "/sbin/nologin" }),
  getPriority: (): number => 0,
  setPriority: (): void => undefined,
};
