import vm from "node:vm";
import {
  DISPATCH,
  type FunctionError,
  type GuestContext,
  type GuestSettings,
  HOST_CALLS,
  type HostCallFailure,
  type HostCallName,
  type ProcessUsage,
  parseGuestRuntime,
  partsSource,
  type GuestRuntime,
} from "@sluice/core";
import { callHostFunction, runTask } from "@sluice/sandbox/host-functions";
import { PRELUDE_FILE } from "../guest/lambda/function-error.ts";
import type { Dispatch } from "../guest/prelude.ts";

/** One call of the guest's `send` or `call`. */
export interface Sent {
  readonly name: HostCallName;
  readonly id: number;
  readonly text: string;
  readonly bytes: Buffer | undefined;
}

export type Outcome =
  | { readonly payload: string; readonly error: undefined }
  | { readonly payload: undefined; readonly error: FunctionError };

export interface HostReply {
  readonly text: string;
  readonly bytes?: Uint8Array;
}

export interface InvokeOptions {
  /** The host has taken it back. */
  readonly claimed?: boolean;
  readonly deadlineMs?: number;
  readonly more?: Partial<GuestContext>;
}

/** Answers an async host call; throwing a HostCallFailure fails it, and a promise that never settles leaves it open. */
export type HostFunction = (call: Sent) => HostReply | Promise<HostReply>;

const SETTINGS: GuestSettings = {
  runtime: "javascript",
  handler: "handler",
  environment: {},
  functionName: "greet",
  functionVersion: "3",
  invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:greet",
  memoryLimitInMB: "128",
  logGroupName: "/aws/lambda/greet",
  logStreamName: "2026/01/02/[3]abc",
  region: "us-east-1",
};

const USAGE: ProcessUsage = { heapTotal: 4_000_000, heapUsed: 3_000_000, external: 1_000_000, cpuMs: 12 };

const NAMES = new Map<number, HostCallName>(
  Object.entries(HOST_CALLS).map(([name, { op }]) => [op, name as HostCallName]),
);

/**
 * The prelude in a `node:vm` context: no isolation, but the same language and nothing of Node's inside. Timers run on
 * a clock of the harness, which jumps to the next one whenever the guest has nothing else to do.
 */
export class GuestHarness {
  readonly sent: Sent[] = [];
  readonly claims = new Int32Array(new SharedArrayBuffer(1024));
  readonly hostFunctions = new Map<HostCallName, HostFunction>();
  readonly context = vm.createContext();
  readonly dispatch: Dispatch;
  /** When false, `fireTimers` has to be called. */
  autoFire = true;
  #now = 0;
  #timers = new Map<number, number>();
  #lastSeq = 0;
  #waiting = new Map<number, (outcome: Outcome) => void>();
  #initDone: ((error: FunctionError | undefined) => void) | undefined;
  readonly #runtime: GuestRuntime;
  #newBuffer: (bytes: number) => ArrayBuffer;

  constructor(prelude: string) {
    this.#newBuffer = vm.runInContext("(bytes) => new ArrayBuffer(bytes)", this.context) as (
      bytes: number,
    ) => ArrayBuffer;
    this.#runtime = parseGuestRuntime(prelude);
    const boot = new vm.Script(this.#runtime.script, { filename: PRELUDE_FILE }).runInContext(this.context) as (
      ...args: unknown[]
    ) => Dispatch;
    this.dispatch = boot(
      (op: number, id: number, text: string, bytes?: ArrayBuffer) => this.#onSend(op, id, text, bytes),
      (op: number, text: string, bytes?: ArrayBuffer) => this.#onCall(op, text, bytes),
      this.claims,
    );
  }

  /** Runs code in the guest's global scope, outside any function. */
  evaluate(code: string): unknown {
    return vm.runInContext(code, this.context);
  }

  /** `code` is a module in CommonJS form. Answers what `init.done` said. */
  load(code: string, settings: Partial<GuestSettings> = {}): Promise<FunctionError | undefined> {
    const factory = this.evaluate(`(function (exports, require, module, __filename, __dirname) {${code}\n})`);
    return new Promise((resolve) => {
      this.#initDone = resolve;
      this.dispatch(DISPATCH.load, 0, factory, JSON.stringify({ ...SETTINGS, ...settings }));
    });
  }

  invoke(event: unknown = {}, options: InvokeOptions = {}): Promise<Outcome> {
    const seq = ++this.#lastSeq;
    this.claims[seq & 255] = options.claimed === true ? 0 : seq;
    const { deadlineMs = Date.now() + 3_000, more = {} } = options;
    const context = { awsRequestId: `request-${seq}`, deadlineMs, ...more };
    return new Promise((resolve) => {
      this.#waiting.set(seq, resolve);
      this.dispatch(DISPATCH.invoke, seq, JSON.stringify(event), JSON.stringify(context));
    });
  }

  /** Runs `body` as an async handler with `event` and `context` and answers its result, or throws its error. */
  async run(body: string, event?: unknown): Promise<unknown> {
    const failure = await this.load(`exports.handler = async (event, context) => {${body}\n};`);
    if (failure !== undefined) throw new Error(`${failure.errorType}: ${failure.errorMessage}`);
    const { payload, error } = await this.invoke(event);
    if (error !== undefined) throw new Error(`${error.errorType}: ${error.errorMessage}\n${error.trace.join("\n")}`);
    return JSON.parse(payload);
  }

  /** LEVEL and message of every line, in order. */
  get logs(): string[] {
    return this.sent.filter(({ name }) => name === "log.write").map(({ text }) => text);
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Lets the guest's microtasks and the promises of host functions run. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => void setImmediate(resolve));
  }

  /** Fires the timer that is due first. */
  fireTimer(): void {
    let next: [id: number, due: number] | undefined;
    for (const timer of this.#timers) if (next === undefined || timer[1] < next[1]) next = timer;
    if (next === undefined) return;
    this.#timers.delete(next[0]);
    this.#now = Math.max(this.#now, next[1]);
    this.dispatch(DISPATCH.timer, next[0]);
  }

  #onSend(op: number, id: number, text: string, bytes: ArrayBuffer | undefined): void {
    const sent: Sent = { name: nameOf(op), id, text, bytes: bytes === undefined ? undefined : Buffer.from(bytes) };
    this.sent.push(sent);
    switch (sent.name) {
      case "invocation.succeed":
        this.#finish(id, { payload: text, error: undefined });
        break;
      case "invocation.fail":
        this.#finish(id, { payload: undefined, error: JSON.parse(text) as FunctionError });
        break;
      case "init.done":
        this.#initDone?.(text === "" ? undefined : (JSON.parse(text) as FunctionError));
        break;
      case "log.write":
        break;
      case "timer.start":
        this.#timers.set(id, this.#now + Number(text));
        if (this.autoFire) this.#fireSoon();
        break;
      case "timer.clear":
        this.#timers.delete(id);
        break;
      default:
        void this.#answer(sent);
    }
  }

  /** Far enough in the future for the guest to run dry, so that timers fire by their time and not by their making. */
  #fireSoon(): void {
    setImmediate(() => setImmediate(() => this.fireTimer()));
  }

  #finish(seq: number, outcome: Outcome): void {
    this.#waiting.get(seq)?.(outcome);
    this.#waiting.delete(seq);
  }

  async #answer(sent: Sent): Promise<void> {
    try {
      const answer = this.hostFunctions.get(sent.name) ?? (sent.name === "crypto.task" ? answerTask : undefined);
      if (answer === undefined) throw { name: "Error", message: `no ${sent.name} here`, code: "Test.Missing" };
      const { text, bytes } = await answer(sent);
      this.dispatch(DISPATCH.reply, sent.id, text, bytes === undefined ? undefined : this.#toGuest(bytes));
    } catch (failure) {
      const { name, message, code } = failure as HostCallFailure;
      this.dispatch(DISPATCH.fail, sent.id, JSON.stringify({ name, message, code }));
    }
  }

  #onCall(op: number, text: string, bytes: ArrayBuffer | undefined): ArrayBuffer | string {
    if (op === HOST_CALLS["runtime.parts"].op) return partsSource(this.#runtime, text);
    const name = nameOf(op);
    const data = Buffer.from(bytes ?? new ArrayBuffer(0));
    this.sent.push({ name, id: 0, text, bytes: data });
    const result = name === "process.usage" ? Buffer.from(JSON.stringify(USAGE)) : callHostFunction(op, text, data);
    return typeof result === "string" ? result : this.#toGuest(result);
  }

  #toGuest(bytes: Uint8Array): ArrayBuffer {
    const buffer = this.#newBuffer(bytes.length);
    new Uint8Array(buffer).set(bytes);
    return buffer;
  }
}

/** As a cell does it. */
async function answerTask({ text, bytes }: Sent): Promise<HostReply> {
  const result = await runTask(text, bytes ?? new Uint8Array(0));
  if (typeof result !== "string") return { text: "", bytes: result };
  const failure: HostCallFailure = { name: "Error", message: `the task was refused: ${result}`, code: result };
  throw failure;
}

function nameOf(op: number): HostCallName {
  const name = NAMES.get(op);
  if (name === undefined) throw new Error(`the guest used an unknown host call: ${op}`);
  return name;
}
