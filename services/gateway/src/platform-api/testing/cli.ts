import { type CliHost, runCli } from "@sluice/cli";
import type { ApiServer } from "./api-server.ts";

export interface CliRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of the CLI against an API server. */
export async function runAgainst(api: ApiServer, args: readonly string[], host: Partial<CliHost>): Promise<CliRun> {
  let stdout = "";
  let stderr = "";
  const [accessKeyId = "", secret = ""] = api.token.split(".");
  const exitCode = await runCli({
    args,
    env: { SLUICE_ENDPOINT: api.endpoint, SLUICE_ACCESS_KEY_ID: accessKeyId, SLUICE_SECRET_ACCESS_KEY: secret },
    cwd: "/",
    stdout: { isTty: false, write: (text) => (stdout += text) },
    stderr: { isTty: false, write: (text) => (stderr += text) },
    stdin: { isTty: false, readAll: async () => '{"from":"stdin"}', ask: async () => "n" },
    fetch: globalThis.fetch,
    now: () => api.clock,
    sleep: async () => undefined,
    signal: new AbortController().signal,
    ...host,
  });
  return { exitCode, stdout, stderr };
}
