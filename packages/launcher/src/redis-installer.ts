import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import type { Env } from "@sluice/process";
import { findProgram } from "./program-path.ts";

/** A way to install a Redis server on this machine without asking anybody. */
export interface Installer {
  /** Tried in turn until one succeeds; each is a program and its arguments. */
  readonly attempts: readonly (readonly string[])[];
  /** The command as a person would type it. */
  readonly shown: string;
  /** Run when it is installed; empty: nothing. */
  readonly afterwards: readonly string[];
}

interface PackageManager {
  readonly program: string;
  readonly install: readonly string[];
  readonly packages: readonly string[];
  readonly refresh?: readonly string[];
  /** Homebrew refuses to run as root. */
  readonly asUser?: boolean;
}

const MANAGERS: readonly PackageManager[] = [
  {
    program: "apt-get",
    install: ["install", "-y", "--no-install-recommends"],
    packages: ["redis-server", "valkey-server"],
    refresh: ["update"],
  },
  { program: "dnf", install: ["install", "-y"], packages: ["redis", "valkey"] },
  { program: "apk", install: ["add", "--no-cache"], packages: ["redis", "valkey"] },
  { program: "brew", install: ["install"], packages: ["redis", "valkey"], asUser: true },
];

export const MANUAL_COMMANDS = [
  "sudo apt-get install -y redis-server   (Debian, Ubuntu)",
  "sudo dnf install -y redis              (Fedora; valkey on newer ones)",
  "sudo apk add redis                     (Alpine)",
  "brew install redis                     (macOS)",
];

/** Undefined when there is no known package manager, or it would ask for a password. */
export function findInstaller(env: Env): Installer | undefined {
  const manager = MANAGERS.find(({ program }) => findProgram(env, [program]) !== undefined);
  if (manager === undefined) return undefined;
  const prefix = manager.asUser ? [] : rootPrefix(env);
  if (prefix === undefined) return undefined;
  const { program, install, packages, refresh } = manager;
  const attempts = packages.map((name) => [...prefix, program, ...install, name]);
  return {
    attempts: refresh === undefined ? attempts : [[...prefix, program, ...refresh], ...attempts],
    shown: [...(prefix.length > 0 ? ["sudo"] : []), program, ...install, packages[0]].join(" "),
    afterwards: startsService(program) ? [...prefix, "systemctl", "disable", "--now", "redis-server"] : [],
  };
}

/** Debian's package starts a server of its own on port 6379, which nobody asked for. */
function startsService(program: string): boolean {
  return program === "apt-get" && existsSync("/run/systemd/system");
}

function rootPrefix(env: Env): readonly string[] | undefined {
  if (process.getuid?.() === 0) return [];
  if (findProgram(env, ["sudo"]) === undefined) return undefined;
  const asked = spawnSync("sudo", ["-n", "true"], { env: { ...env }, stdio: "ignore" });
  return asked.status === 0 ? ["sudo", "-n"] : undefined;
}

/** Answers why it failed, or undefined. */
export async function installRedis(
  installer: Installer,
  env: Env,
  note: (line: string) => void,
): Promise<string | undefined> {
  note(`No Redis server here; installing one: ${installer.shown}`);
  let reason: string | undefined;
  for (const attempt of installer.attempts) {
    const refreshes = attempt.at(-1) === "update";
    const failure = await run(attempt, env);
    if (!refreshes) reason = failure;
    if (!refreshes && failure === undefined) break;
  }
  if (reason === undefined && installer.afterwards.length > 0) await run(installer.afterwards, env);
  return reason;
}

async function run([program = "", ...args]: readonly string[], env: Env): Promise<string | undefined> {
  const child = spawn(program, args, {
    env: { ...env, DEBIAN_FRONTEND: "noninteractive" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-2_000));
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  try {
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    if (code === 0) return undefined;
    return `'${[program, ...args].join(" ")}' failed (${signal ?? code}): ${output.trim().split("\n").slice(-3).join(" ")}`;
  } catch (error) {
    return `'${program}' cannot be run: ${String(error)}`;
  }
}
