import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Bench } from "../bench.ts";
import type { HttpTarget } from "../http-target.ts";

export const SERVERLESS_OFFLINE = "serverless-offline";

/** The last versions that run without an account of the framework's makers. */
const PACKAGES = ["serverless@3.40.0", "serverless-offline@13.9.0"];
const CONFIG = `service: bench
frameworkVersion: "3"
provider: { name: aws, runtime: nodejs20.x }
plugins: [serverless-offline]
functions: { noop: { handler: noop.handler } }
`;
const START_MS = 60_000;

/**
 * The emulator with which functions of the Serverless Framework are tried out, by its own Lambda endpoint. It is large
 * and nothing else needs it: it is installed when this step runs for the first time, and the bench goes on without it
 * where that cannot be done.
 */
export async function startServerlessOffline(
  bench: Bench,
  handler: string,
  body: string,
): Promise<HttpTarget | undefined> {
  const folder = join(tmpdir(), "sluice-bench-serverless-offline");
  if (!(await install(bench, folder))) return undefined;
  await writeFile(join(folder, "serverless.yml"), CONFIG);
  await writeFile(join(folder, "noop.js"), `exports.handler = ${handler};\n`);
  const [httpPort, lambdaPort] = [await freePort(), await freePort()];
  const cli = join(folder, "node_modules/serverless/bin/serverless.js");
  const ports = ["--httpPort", String(httpPort), "--lambdaPort", String(lambdaPort), "--noPrependStageInUrl"];
  const child = spawn(process.execPath, [cli, "offline", ...ports], { cwd: folder, stdio: "ignore" });
  const ended = once(child, "exit");
  await bench.teardown.add(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const target: HttpTarget = {
    name: SERVERLESS_OFFLINE,
    origin: `http://localhost:${lambdaPort}`,
    path: "/2015-03-31/functions/bench-dev-noop/invocations",
    status: 200,
    body,
    pids: [child.pid ?? 0],
  };
  if (await answers(bench, target)) return target;
  bench.progress("serverless-offline did not start: measuring without it");
  return undefined;
}

async function install({ progress }: Bench, folder: string): Promise<boolean> {
  if (existsSync(join(folder, "node_modules/serverless-offline"))) return true;
  progress("installing serverless-offline, which takes a minute");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{"private":true}');
  const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...PACKAGES];
  const npm = spawn("npm", args, { cwd: folder, stdio: "ignore" });
  const [code] = (await once(npm, "exit")) as [number | null];
  if (code !== 0) progress("serverless-offline cannot be installed: measuring without it");
  return code === 0;
}

async function answers({ teardown }: Bench, target: HttpTarget): Promise<boolean> {
  const until = performance.now() + START_MS;
  while (performance.now() < until) {
    teardown.checkpoint();
    const response = await fetch(target.origin + target.path, { method: "POST", body: target.body ?? "" }).catch(
      () => undefined,
    );
    await response?.arrayBuffer();
    if (response?.status === target.status) return true;
    await pause(250);
  }
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
