import type { Definition } from "../cell-protocol.ts";
import type { Sandbox, SandboxEnd, SandboxEvents, SandboxFactory, SandboxOptions } from "../seam.ts";

/** An isolate that does what a test says: it notes what it is handed and answers when told. */
export class FakeSandbox implements Sandbox {
  readonly events: SandboxEvents;
  /** Handed over and neither begun, settled nor withdrawn, oldest first. */
  readonly mailbox: number[] = [];
  readonly entries: string[] = [];
  /** The guest has begun what it was handed first. */
  begun: number | undefined;
  disposed = false;
  /** When true, `dispose` is obeyed only by `end`. */
  stuck = false;
  spentCpuMs = 0;
  /** Code is on the CPU, as far as the host can see. */
  running = false;

  constructor(options: SandboxOptions) {
    this.events = options.events;
  }

  invoke(seq: number, event: string): void {
    this.mailbox.push(seq);
    this.entries.push(event);
    if (this.begun === undefined) this.#begin();
  }

  /** The running invocation ends; the next in the mailbox begins. */
  settle(json = "null", ok = true): void {
    const seq = this.begun;
    if (seq === undefined) throw new Error("nothing runs here");
    this.begun = undefined;
    this.events.settled(seq, ok, json);
    if (this.begun === undefined) this.#begin();
  }

  withdraw(seq: number): boolean {
    const at = this.mailbox.indexOf(seq);
    if (at < 0) return false;
    this.mailbox.splice(at, 1);
    return true;
  }

  abandon(seq: number): void {
    this.entries.push(`abandon ${seq}`);
  }

  reply(id: number, text: string): void {
    this.entries.push(`reply ${id} ${text}`);
  }

  fail(id: number): void {
    this.entries.push(`fail ${id}`);
  }

  fireTimer(id: number): void {
    this.entries.push(`timer ${id}`);
  }

  async memoryMb(): Promise<number> {
    return 7;
  }

  cpuMs(): number {
    return this.spentCpuMs;
  }

  dispose(): void {
    this.disposed = true;
    if (!this.stuck) this.end("disposed");
  }

  end(reason: SandboxEnd, frames: readonly string[] = []): void {
    this.events.ended(reason, frames);
  }

  #begin(): void {
    this.begun = this.mailbox.shift();
  }
}

/** Makes fake isolates and keeps them; `failure` makes the next one fail to load with this error. */
export class FakeFactory {
  readonly made: FakeSandbox[] = [];
  failure: string | undefined;
  /** The module's top level. */
  load: ((sandbox: FakeSandbox) => Promise<void>) | undefined;

  readonly create: SandboxFactory = async (options) => {
    const sandbox = new FakeSandbox(options);
    options.events.loading(sandbox);
    if (this.load !== undefined) await this.load(sandbox);
    if (this.failure !== undefined) return { ok: false, error: this.failure, end: undefined };
    this.made.push(sandbox);
    return { ok: true, sandbox };
  };
}

export function definitionOf(change: Partial<Definition> = {}): Definition {
  const settings = {
    runtime: "javascript" as const,
    handler: "handler",
    environment: {},
    functionName: "resize",
    functionVersion: "1",
    invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:resize",
    memoryLimitInMB: "64",
    logGroupName: "/aws/lambda/resize",
    logStreamName: "[1]trial",
    region: "us-east-1",
  };
  return { memoryMb: 64, timeoutMs: 1_000, initTimeoutMs: 1_000, settings, ...change };
}
