import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { asyncRuleOf, type Deployment, type FunctionConfig, type Trigger } from "@sluice/core";
import { type ApiServer, startApiServer } from "./api-server.ts";
import { type CliRun, runAgainst } from "./cli.ts";

type DeployedConfig = FunctionConfig & Pick<Deployment, "reservedConcurrency" | "retry">;

/** A folder of somebody's project, and an API server to deploy it to. */
export interface Project {
  readonly cwd: string;
  readonly api: ApiServer;
  write(files: Readonly<Record<string, string | Uint8Array>>): void;
  remove(file: string): void;
  sluice(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<CliRun>;
  /** What the registry has of a function: its configuration and settings, and its triggers. */
  deployed(name: string): Promise<{ readonly config?: DeployedConfig; readonly triggers?: readonly Trigger[] }>;
  stop(): Promise<void>;
}

export async function startProject(): Promise<Project> {
  const api = await startApiServer();
  const cwd = mkdtempSync(join(tmpdir(), "sluice-project-"));
  const [id = "", secret = ""] = api.token.split(".");
  const keys = { SLUICE_ENDPOINT: api.endpoint, SLUICE_ACCESS_KEY_ID: id, SLUICE_SECRET_ACCESS_KEY: secret };
  return {
    cwd,
    api,
    write: (files) => {
      for (const [name, content] of Object.entries(files)) {
        mkdirSync(dirname(join(cwd, name)), { recursive: true });
        writeFileSync(join(cwd, name), content);
      }
    },
    remove: (file) => rmSync(join(cwd, file)),
    sluice: (args, env = {}) => runAgainst(api, args, { cwd, env: { ...keys, ...env } }),
    deployed: async (name) => {
      const record = await api.stores.registry.getFunction({ tenant: "default", name });
      if (record === undefined) return {};
      const { reservedConcurrency } = record.settings;
      const { retry } = asyncRuleOf(record.settings);
      return { config: { ...record.latest.config, reservedConcurrency, retry }, triggers: record.triggers };
    },
    stop: async () => {
      await api.stop();
      rmSync(cwd, { recursive: true, force: true });
    },
  };
}
