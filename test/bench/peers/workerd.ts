import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Bench } from "../bench.ts";
import { ECHO_HANDLER } from "../echo.ts";
import type { HttpTarget } from "../http-target.ts";

export const WORKERD = "workerd";

const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.js")],
  compatibilityDate = "2026-10-01",
);
`;
const WORKER = `const handler = ${ECHO_HANDLER};
export default {
  fetch: async (request) => Response.json(await handler({ body: await request.text() })),
};
`;

/** Cloudflare's runtime with the handler that the product runs; undefined where it has no binary for the platform. */
export async function startWorkerd({ teardown, progress }: Bench): Promise<HttpTarget | undefined> {
  const binary = findBinary();
  if (binary === undefined) {
    progress("workerd has no binary for this platform: measuring without it");
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), "sluice-workerd-"));
  await teardown.add(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "config.capnp"), CONFIG);
  await writeFile(join(folder, "worker.js"), WORKER);
  // On descriptor 3 it says which port it took.
  const child = spawn(binary, ["serve", join(folder, "config.capnp"), "--control-fd=3"], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4_000)));
  const { promise: ended, resolve } = Promise.withResolvers<undefined>();
  child.once("exit", () => resolve(undefined));
  child.once("error", (error) => {
    errors += error.message;
    resolve(undefined);
  });
  await teardown.add(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const port = await Promise.race([readPort(child.stdio[3] as Readable), ended]);
  if (port === undefined) throw new Error(`workerd did not start:\n${errors}`);
  return { name: WORKERD, origin: `http://127.0.0.1:${port}`, path: "/", status: 200, pids: [child.pid ?? 0] };
}

function findBinary(): string | undefined {
  const require = createRequire(import.meta.url);
  try {
    return (require("workerd") as { readonly default: string }).default;
  } catch {
    return undefined;
  }
}

async function readPort(control: Readable): Promise<number> {
  const [chunk] = (await once(control, "data")) as [Buffer];
  return (JSON.parse(chunk.toString()) as { readonly port: number }).port;
}
