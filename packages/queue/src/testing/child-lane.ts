import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { until } from "./until.ts";

const SCRIPT = fileURLToPath(new URL("./lane-process.ts", import.meta.url));

/** `lane-process.ts` as a child: what it printed, and its end. */
export class ChildLane {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: string[] = [];
  #complaints = "";

  constructor(role: "hold" | "churn", url: string, prefix: string) {
    this.#child = spawn(process.execPath, [SCRIPT, role, url, prefix]);
    let rest = "";
    this.#child.stdout.on("data", (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split("\n");
      rest = parts.pop() ?? "";
      this.#lines.push(...parts);
    });
    this.#child.stderr.on("data", (chunk: Buffer) => (this.#complaints += chunk.toString()));
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** What it wrote to stderr: warnings, uncaught errors, unhandled rejections. */
  get complaints(): string {
    return this.#complaints;
  }

  async says(start: string, times = 1): Promise<void> {
    const from = this.#lines.length;
    await until(`the child says '${start}'`, () => {
      if (this.#child.exitCode !== null) throw new Error(`the child ended: ${this.#complaints}`);
      return this.#lines.slice(times === 1 ? 0 : from).filter((line) => line.startsWith(start)).length >= times;
    });
  }

  /** Ends its input and answers its exit code. */
  async finish(): Promise<number | null> {
    this.#child.stdin.end();
    if (this.#child.exitCode === null) await once(this.#child, "exit");
    return this.#child.exitCode;
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }
}
