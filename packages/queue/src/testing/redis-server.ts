import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./until.ts";

/** A Redis server of a test's own, on a Unix socket in a folder of its own, with AOF as in production. */
export class RedisServer {
  readonly url: string;
  readonly #folder: string;
  readonly #socket: string;
  #process: ChildProcess | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#socket = join(folder, "redis.sock");
    this.url = `unix:${this.#socket}`;
  }

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await mkdtemp(join(tmpdir(), "sluice-queue-")));
    await server.start();
    return server;
  }

  /** Again, with the data that is there. */
  async start(): Promise<void> {
    const args = ["--port", "0", "--unixsocket", this.#socket, "--dir", this.#folder, "--save", ""];
    this.#process = spawn("redis-server", [...args, "--appendonly", "yes"], { stdio: "ignore" });
    await until("redis-server answers", () => this.#answers());
  }

  /** Ends the process at once, as a crash does, or stops and continues it. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#process?.kill(signal);
  }

  async kill(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (process === undefined || process.exitCode !== null || process.signalCode !== null) return;
    const ended = once(process, "exit");
    process.kill("SIGKILL");
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #answers(): Promise<boolean> {
    const socket = connect(this.#socket);
    try {
      socket.write("PING\r\n");
      const [reply] = await once(socket, "data");
      return String(reply).startsWith("+PONG");
    } catch {
      return false;
    } finally {
      socket.destroy();
    }
  }
}
