import { type Env, StartError } from "@sluice/process";
import { findProgram } from "./program-path.ts";
import { findInstaller, type Installer, installRedis, MANUAL_COMMANDS } from "./redis-installer.ts";

const SERVERS = ["redis-server", "valkey-server"];

/** The first Redis or Valkey server on the PATH, as an absolute path. */
export function findRedisServer(env: Env): string | undefined {
  return findProgram(env, SERVERS);
}

export interface EnsureRedisOptions {
  readonly env: Env;
  /** False: only look. */
  readonly install: boolean;
  /** Told what is being done, a line at a time. */
  readonly note: (line: string) => void;
}

/**
 * Finds a Redis server, or installs the system's package.
 *
 * @throws StartError that says exactly what to run
 */
export async function ensureRedisServer({ env, install, note }: EnsureRedisOptions): Promise<string> {
  const found = findRedisServer(env);
  if (found !== undefined) return found;
  const installer = findInstaller(env);
  if (!install) throw new StartError(missing("Installing it is turned off by SLUICE_INSTALL_REDIS=0.", installer));
  if (installer === undefined) {
    throw new StartError(missing("It cannot be installed here without a password or a known package manager."));
  }
  const reason = await installRedis(installer, env, note);
  const installed = findRedisServer(env);
  if (installed === undefined) throw new StartError(missing(reason ?? "The package holds no server.", installer));
  return installed;
}

function missing(reason: string, installer?: Installer): string {
  const commands = installer === undefined ? MANUAL_COMMANDS : [installer.shown];
  return [
    `Sluice needs a Redis server, and neither redis-server nor valkey-server is on the PATH. ${reason}`,
    "Install one and start again:",
    ...commands.map((command) => `  ${command}`),
    "or set REDIS_URL to a server that you run, such as redis://127.0.0.1:6379.",
  ].join("\n");
}
