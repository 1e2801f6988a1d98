import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { eventually } from "./eventually.ts";

/** A private redis-server on a Unix socket in a folder of its own. */
export interface RedisServer {
  readonly url: string;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

export async function startRedisServer(settings: readonly string[] = []): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-store-"));
  const socket = join(folder, "redis.sock");
  const place = ["--port", "0", "--unixsocket", socket, "--dir", folder];
  const child = spawn("redis-server", [...place, "--save", "", ...settings], { stdio: "ignore" });
  const ended = once(child, "exit");
  await eventually(async () => (await answers(socket)) || undefined);
  return {
    url: `unix:${socket}`,
    process: child,
    stop: async () => {
      // A test may have left it standing still.
      child.kill("SIGCONT");
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(socket: string): Promise<boolean> {
  const redis = new Redis({ path: socket, lazyConnect: true, retryStrategy: () => null });
  redis.on("error", () => undefined);
  try {
    await redis.connect();
  } catch {
    return false;
  }
  redis.disconnect();
  return true;
}
