import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

/** A service of the product as a child process, as the launcher would start it. */
export class Service {
  readonly name: string;
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #log = "";
  #address: string | null = null;

  constructor(name: "gateway" | "worker" | "metrics", env: Readonly<Record<string, string>>) {
    this.name = name;
    this.#env = env;
  }

  /** What the service said that it can be reached at. */
  get address(): string {
    return this.#address ?? "";
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Everything it printed. */
  get log(): string {
    return this.#log;
  }

  async start(): Promise<void> {
    const main = join(ROOT, "services", this.name, "src/main.ts");
    const child = spawn(process.execPath, [main], {
      env: {
        PATH: process.env["PATH"] ?? "",
        SLUICE_SUPERVISED: "1",
        SLUICE_LOG_FORMAT: "pretty",
        // Types are stripped and modules compiled once for all starts: half of what a start costs.
        NODE_COMPILE_CACHE: join(ROOT, "node_modules/.cache/compiled"),
        ...this.#env,
      },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.#child = child;
    const collect = (chunk: Buffer): void => {
      this.#log += chunk.toString();
    };
    child.stdout?.on("data", collect);
    child.stderr?.on("data", collect);
    const message = await Promise.race([
      once(child, "message").then(([value]) => value as { type: string; address?: string | null }),
      once(child, "exit").then(() => ({ type: "exited" as const, address: null })),
    ]);
    if (message.type !== "ready") throw new Error(`${this.name} did not start:\n${this.#log}`);
    this.#address = message.address ?? null;
  }

  /** SIGKILL: no drain, no goodbye. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** SIGTERM, and the exit code. */
  async stop(): Promise<number | null> {
    return await this.#end("SIGTERM");
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
    return child.exitCode;
  }
}
