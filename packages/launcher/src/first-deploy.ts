import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Env } from "@sluice/process";

export interface FirstDeployOptions {
  readonly root: string;
  readonly dataDir: string;
  readonly gateway: string;
  readonly env: Env;
  readonly note: (line: string) => void;
}

export type FirstDeploy =
  | { readonly type: "deployed" | "deployed-before" | "has-functions" }
  | { readonly type: "failed"; readonly reason: string };

/** Deploys the examples once in the life of a data folder, and only to a platform that has no functions yet. */
export async function deployExamples(options: FirstDeployOptions): Promise<FirstDeploy> {
  const marker = join(options.dataDir, "examples-deployed");
  if (existsSync(marker)) return { type: "deployed-before" };
  try {
    if (await hasFunctions(options)) return { type: "has-functions" };
    const reason = await runDeploy(options);
    if (reason !== undefined) return { type: "failed", reason };
  } catch (error) {
    return { type: "failed", reason: error instanceof Error ? error.message : String(error) };
  }
  writeFileSync(marker, "");
  return { type: "deployed" };
}

async function hasFunctions({ gateway, dataDir }: FirstDeployOptions): Promise<boolean> {
  const response = await fetch(`${gateway}/api/v1/functions?limit=1`, {
    headers: { authorization: `Bearer ${readKey(join(dataDir, "credentials"))}` },
    signal: AbortSignal.timeout(10_000),
  });
  const body: unknown = await response.json();
  if (typeof body === "object" && body !== null && "functions" in body && Array.isArray(body.functions)) {
    return body.functions.length > 0;
  }
  throw new Error(`the gateway answered ${response.status} to the list of functions`);
}

/** The key in AWS's shared-credentials format, as the platform API takes it: `<access key id>.<secret>`. */
function readKey(path: string): string {
  const text = readFileSync(path, "utf8");
  const value = (name: string): string => new RegExp(`^\\s*${name}\\s*=\\s*(\\S+)`, "m").exec(text)?.[1] ?? "";
  return `${value("aws_access_key_id")}.${value("aws_secret_access_key")}`;
}

async function runDeploy({ root, dataDir, gateway, env, note }: FirstDeployOptions): Promise<string | undefined> {
  const cli = join(root, "packages/cli/src/main.ts");
  const child = spawn(process.execPath, [cli, "deploy", join(root, "examples"), "--yes"], {
    cwd: root,
    env: { ...env, SLUICE_ENDPOINT: gateway, SLUICE_DATA_DIR: dataDir },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => void (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => void (err += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) return (err || out).trim().split("\n").slice(-6).join("\n");
  for (const line of out.trimEnd().split("\n")) if (line.trim() !== "") note(line);
  return undefined;
}
