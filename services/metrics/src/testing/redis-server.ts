import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A private Redis on a Unix socket in a directory of its own, that can be killed and started again on its data. */
export class RedisServer {
  readonly #dir: string;
  #child: ChildProcess | undefined;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  static async create(): Promise<RedisServer> {
    const server = new RedisServer(await mkdtemp(join(tmpdir(), "sluice-metrics-")));
    await server.start();
    return server;
  }

  get url(): string {
    return `unix:${join(this.#dir, "redis.sock")}`;
  }

  async start(): Promise<void> {
    const socket = join(this.#dir, "redis.sock");
    const settings = ["--port", "0", "--unixsocket", socket, "--dir", this.#dir, "--save", ""];
    const durability = ["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"];
    const child = spawn("redis-server", [...settings, ...durability], { stdio: ["ignore", "pipe", "ignore"] });
    this.#child = child;
    let said = "";
    for await (const chunk of child.stdout) {
      said += String(chunk);
      if (said.includes("The server is now ready") || said.includes("Ready to accept connections")) break;
    }
    if (child.exitCode !== null) throw new Error(`redis-server did not start: ${said}`);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#dir, { recursive: true, force: true });
  }
}
