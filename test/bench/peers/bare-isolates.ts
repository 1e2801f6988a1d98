import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { ChildScript } from "../child-script.ts";

export const BARE_ISOLATE = "bare isolate";

/** A process that makes bare isolates. */
export class BareIsolates {
  readonly #script: ChildScript;

  private constructor(script: ChildScript) {
    this.#script = script;
  }

  static async start({ teardown }: Bench): Promise<BareIsolates> {
    const { script } = await ChildScript.start(join(import.meta.dirname, "bare-isolate-process.ts"), {
      // isolated-vm asks for it.
      execArgv: ["--no-node-snapshot"],
    });
    const isolates = new BareIsolates(script);
    await teardown.add(() => script.stop());
    return isolates;
  }

  get pid(): number {
    return this.#script.pid;
  }

  /** Milliseconds to the first result of each program. */
  async measure(codes: readonly string[], event: string): Promise<readonly number[]> {
    return (await this.#script.ask({ kind: "measure", codes, event })) as readonly number[];
  }

  async hold(codes: readonly string[], event: string): Promise<void> {
    await this.#script.ask({ kind: "hold", codes, event });
  }

  /** Milliseconds that one isolate takes for so many calls of its host. */
  async call(calls: number, atOnce: number): Promise<number> {
    const [tookMs = 0] = (await this.#script.ask({ kind: "call", calls, atOnce })) as readonly number[];
    return tookMs;
  }

  async stop(): Promise<void> {
    await this.#script.stop();
  }
}
