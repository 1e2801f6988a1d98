import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

export interface ChildScriptOptions {
  readonly args?: readonly string[];
  readonly execArgv?: readonly string[];
}

const STOP_TIMEOUT_MS = 5_000;

/**
 * A script of this folder in a process of its own. It sends one message when it is ready and then answers each message
 * with one; it ends by itself when its channel closes.
 */
export class ChildScript {
  readonly #child: ChildProcess;
  readonly #path: string;
  readonly #ended: Promise<void>;
  #errors = "";

  private constructor(path: string, options: ChildScriptOptions) {
    this.#path = path;
    this.#child = fork(path, [...(options.args ?? [])], {
      execArgv: [...(options.execArgv ?? [])],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      serialization: "advanced",
    });
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString()).slice(-4_000);
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ended = promise;
    this.#child.once("exit", () => resolve());
    this.#child.once("error", () => resolve());
  }

  /**
   * Resolves with the script and its first message.
   *
   * @throws Error when it ends before
   */
  static async start(path: string, options: ChildScriptOptions = {}): Promise<{ script: ChildScript; ready: unknown }> {
    const script = new ChildScript(path, options);
    return { script, ready: await script.#nextMessage() };
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /**
   * One question at a time.
   *
   * @throws Error when the process ends instead of answering
   */
  async ask(message: Readonly<Record<string, unknown>>): Promise<unknown> {
    const answer = this.#nextMessage();
    // A channel that has closed is reported by the end of the process.
    this.#child.send(message, () => undefined);
    return await answer;
  }

  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  async #nextMessage(): Promise<unknown> {
    const abort = new AbortController();
    try {
      return await Promise.race([
        once(this.#child, "message", { signal: abort.signal }).then(([message]) => message as unknown),
        this.#ended.then(() => {
          throw new Error(`${this.#path} ended:\n${this.#errors}`);
        }),
      ]);
    } finally {
      abort.abort();
    }
  }
}
