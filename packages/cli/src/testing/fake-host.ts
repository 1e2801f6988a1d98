import type { CliHost } from "../cli-host.ts";
import { runCli } from "../run-cli.ts";

export interface CliRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command line as a process would, without one. */
export async function runFake(args: readonly string[], host: Partial<CliHost> = {}): Promise<CliRun> {
  let stdout = "";
  let stderr = "";
  const exitCode = await runCli({
    args,
    env: { SLUICE_ACCESS_KEY_ID: "AK", SLUICE_SECRET_ACCESS_KEY: "secret" },
    cwd: "/",
    stdout: { isTty: false, write: (text) => (stdout += text) },
    stderr: { isTty: false, write: (text) => (stderr += text) },
    stdin: { isTty: false, readAll: async () => "", ask: async () => "" },
    fetch: () => Promise.reject(new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } })),
    now: () => Date.UTC(2026, 10, 24, 12),
    sleep: async () => undefined,
    signal: new AbortController().signal,
    ...host,
  });
  return { exitCode, stdout, stderr };
}
