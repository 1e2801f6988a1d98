import {
  DISPATCH,
  type GuestRuntime,
  HOST_CALLS,
  LIMITS,
  parseGuestRuntime,
  partsSource,
  SANDBOX_ERROR_TYPES,
} from "@sluice/core";
import ivm from "isolated-vm";
import type { Sandbox, SandboxEnd, SandboxEvents, SandboxFactory, SandboxOptions, SandboxStart } from "../seam.ts";
import { CodeCaches } from "./code-caches.ts";
import { exactBuffer } from "./exact-buffer.ts";
import { callHostFunction } from "./host-functions.ts";
import { CLAIM_SLOTS, makeCodeCache, PRELUDE_NAME } from "./prelude-cache.ts";
import { UsageGauge } from "./usage-gauge.ts";
import { CODE_NAME, type CodeCache, UserCode } from "./user-code.ts";
import { codeFramesOf, endOf, functionError, messageOf, startError } from "./isolate-errors.ts";

/**
 * The adapter on isolated-vm, and its only importer.
 *
 * Invariants (hostile.md, sections 2 and 4):
 *   I1 The guest gets closures over Callbacks, never an ivm object; strings and ArrayBuffers only.
 *   I2 Errors are strings by the time they leave the isolate; an Error that V8 hands us is matched by message alone.
 *   I3 Every entry into the isolate has a V8 timeout. What V8 cannot interrupt, the parent process kills.
 *   I4 `cachedData` is made by V8 in this process, of the prelude and, for the same version again, of its code: never
 *      taken from outside (ADR 0015).
 */
const BOOT_TIMEOUT_MS = 5_000;
const NO_BYTES = new Uint8Array(0);

/** A character is at least a byte, so that counting characters never refuses what the table allows. */
const NOTIFY_CHARS_MAX: ReadonlyMap<number, number> = new Map(
  Object.values(HOST_CALLS).flatMap(({ mode, op, maxArgBytes }) => (mode === "notify" ? [[op, maxArgBytes]] : [])),
);

interface Prelude {
  readonly runtime: GuestRuntime;
  readonly cachedData: CodeCache;
  /** Of this process's versions. */
  readonly caches: CodeCaches<CodeCache>;
}

/** Compiles the prelude once, so that every isolate of this process starts from V8's code cache. */
export function createIsolateFactory(preludeText: string): SandboxFactory {
  const runtime = parseGuestRuntime(preludeText);
  const prelude: Prelude = {
    runtime,
    cachedData: new ivm.ExternalCopy(exactBuffer(makeCodeCache(runtime.script))),
    caches: new CodeCaches(),
  };
  return (options) => new IsolateSandbox(options).start(prelude);
}

class IsolateSandbox implements Sandbox {
  readonly #isolate: ivm.Isolate;
  readonly #gauge: UsageGauge;
  readonly #options: SandboxOptions;
  readonly #events: SandboxEvents;
  readonly #claims = new Int32Array(new SharedArrayBuffer(CLAIM_SLOTS * Int32Array.BYTES_PER_ELEMENT));
  #dispatch: ivm.Reference | undefined;
  /** Set while the module loads. */
  #initDone: ((error: string) => void) | undefined;
  /** Entries into the isolate that have not come back: while there are any, V8 has not let go of it. */
  #entries = 0;
  #ended: SandboxEnd | undefined;
  /** Until its first invocation has ended. */
  #code: UserCode | undefined;
  /** For the next entry: sequence number, event and context of each invocation; id, text and bytes of each reply. */
  #posted: unknown[] = [];
  #replies: unknown[] = [];

  constructor(options: SandboxOptions) {
    this.#options = options;
    this.#events = options.events;
    this.#isolate = new ivm.Isolate({
      memoryLimit: options.memoryMb,
      onCatastrophicError: () => this.#end("catastrophe"),
    });
    this.#gauge = new UsageGauge(this.#isolate);
  }

  async start(prelude: Prelude): Promise<SandboxStart> {
    const { code, settings, initTimeoutMs } = this.#options;
    const loaded = new Promise<string>((resolve) => {
      this.#initDone = resolve;
    });
    try {
      const context = await this.#isolate.createContext();
      await this.#boot(prelude, context);
      const loadable = await this.#toLoadable(prelude, context, code);
      if (typeof loadable === "string") return this.#failStart(loadable);
      this.#events.loading(this);
      this.#enter([DISPATCH.load, 0, loadable, settings], initTimeoutMs);
    } catch (error) {
      this.#ended ??= endOf(error, this.#isolate.isDisposed);
      return this.#failStart(startError(this.#ended, messageOf(error), this.#options));
    }
    // While code runs, V8's own timeout comes first: it knows where the code is.
    const expire = (): void => {
      if (this.#entries === 0) return this.#end("timeout");
      timer = setTimeout(() => this.#end("timeout"), LIMITS.killGraceMs);
    };
    let timer = setTimeout(expire, initTimeoutMs);
    const error = await loaded;
    clearTimeout(timer);
    this.#initDone = undefined;
    return error === "" ? { ok: true, sandbox: this } : this.#failStart(error);
  }

  async #boot(prelude: Prelude, context: ivm.Context): Promise<void> {
    const script = await this.#isolate.compileScript(prelude.runtime.script, {
      filename: PRELUDE_NAME,
      cachedData: prelude.cachedData,
    });
    const boot = await script.run(context, { reference: true, timeout: BOOT_TIMEOUT_MS });
    const send = new ivm.Callback(this.#onSend, { ignored: true });
    const answer = (op: unknown, text: unknown, bytes: unknown) => this.#onCall(prelude, op, text, bytes);
    const call = new ivm.Callback(answer, { sync: true });
    const claims = new ivm.ExternalCopy(this.#claims).copyInto({ release: true });
    this.#dispatch = (await boot.apply(undefined, [send, call, claims], {
      result: { reference: true },
      timeout: BOOT_TIMEOUT_MS,
    })) as ivm.Reference;
    boot.release();
    script.release();
  }

  /** The user's code as the guest takes it; a string is FunctionError JSON. */
  async #toLoadable(
    { caches }: Prelude,
    context: ivm.Context,
    code: string | Uint8Array,
  ): Promise<ivm.Dereference<unknown> | ivm.Copy<ArrayBuffer> | string> {
    if (typeof code !== "string") {
      // A program may have tens of megabytes: what is its own buffer already is copied once, into the isolate.
      const buffer = code.byteLength === code.buffer.byteLength ? (code.buffer as ArrayBuffer) : exactBuffer(code);
      return new ivm.ExternalCopy(buffer).copyInto({ release: true });
    }
    this.#code = new UserCode({ caches, version: this.#options.version, source: code });
    let script: ivm.Script;
    try {
      script = await this.#code.compile(this.#isolate);
    } catch (error) {
      return functionError(SANDBOX_ERROR_TYPES.syntaxError, messageOf(error));
    }
    const factory = await script.run(context, { reference: true, timeout: BOOT_TIMEOUT_MS });
    script.release();
    return factory.derefInto({ release: true });
  }

  #failStart(error: string): SandboxStart {
    const end = this.#ended;
    this.#ended ??= "disposed";
    this.#disposeIsolate();
    return { ok: false, error, end };
  }

  invoke(seq: number, event: string, context: string, timeoutMs: number): void {
    Atomics.store(this.#claims, seq & (CLAIM_SLOTS - 1), seq);
    // One entry into the isolate for all that came in this turn of the loop: an entry costs more than its cargo.
    this.#posted.push(seq, event, context);
    if (this.#posted.length > 3) return;
    queueMicrotask(() => this.#enter([DISPATCH.invoke, ...this.#posted.splice(0)], timeoutMs));
  }

  withdraw(seq: number): boolean {
    return Atomics.compareExchange(this.#claims, seq & (CLAIM_SLOTS - 1), seq, 0) === seq;
  }

  /** Not before the invocation itself, which goes in when this turn's have been gathered. */
  abandon(seq: number, timeoutMs: number): void {
    queueMicrotask(() => this.#enter([DISPATCH.abandon, seq], timeoutMs));
  }

  reply(id: number, text: string, bytes: Uint8Array, timeoutMs: number): void {
    const data = bytes.length === 0 ? undefined : new ivm.ExternalCopy(exactBuffer(bytes)).copyInto({ release: true });
    this.#replies.push(id, text, data);
    if (this.#replies.length > 3) return;
    queueMicrotask(() => this.#enter([DISPATCH.reply, ...this.#replies.splice(0)], timeoutMs));
  }

  fail(id: number, failure: string, timeoutMs: number): void {
    this.#enter([DISPATCH.fail, id, failure], timeoutMs);
  }

  fireTimer(id: number, timeoutMs: number): void {
    this.#enter([DISPATCH.timer, id], timeoutMs);
  }

  #enter(args: unknown[], timeoutMs: number): void {
    if (this.#dispatch === undefined || this.#ended !== undefined) return;
    this.#entries += 1;
    this.#dispatch
      .apply(undefined, args, { timeout: Math.max(1, Math.ceil(timeoutMs)) })
      .then(this.#onLeave, this.#onLeaveWithError);
  }

  readonly #onLeave = (): void => {
    this.#entries -= 1;
  };

  readonly #onLeaveWithError = (error: unknown): void => {
    this.#entries -= 1;
    const end = endOf(error, this.#isolate.isDisposed);
    const frames = codeFramesOf(error, CODE_NAME);
    if (end === undefined) this.#events.rejected(messageOf(error), frames);
    else if (end !== "disposed" || this.#entries === 0) this.#end(end, frames);
  };

  readonly #onSend = (op: unknown, id: unknown, text: unknown, bytes: unknown): void => {
    if (this.#ended !== undefined) return;
    if (typeof op !== "number" || typeof id !== "number") return this.#end("broken");
    const words = typeof text === "string" ? text : "";
    // The prelude keeps to these sizes; whoever does not is not the prelude.
    if (words.length > (NOTIFY_CHARS_MAX.get(op) ?? words.length)) return this.#end("broken");
    switch (op) {
      case HOST_CALLS["invocation.succeed"].op:
        this.#cacheCode();
        return this.#events.settled(id, true, words);
      case HOST_CALLS["invocation.fail"].op:
        return this.#events.settled(id, false, words);
      case HOST_CALLS["init.done"].op:
        return this.#initDone?.(words);
      case HOST_CALLS["log.write"].op:
        return this.#events.logged(id, words);
      case HOST_CALLS["timer.start"].op:
        return this.#events.timerStarted(id, Number(words));
      case HOST_CALLS["timer.clear"].op:
        return this.#events.timerCleared(id);
      default:
        return this.#events.hostCall(id, op, words, bytes instanceof ArrayBuffer ? bytes : undefined);
    }
  };

  #onCall({ runtime }: Prelude, op: unknown, text: unknown, bytes: unknown): ArrayBuffer | string {
    const words = typeof text === "string" ? text : "";
    if (op === HOST_CALLS["runtime.parts"].op) return partsSource(runtime, words);
    if (op === HOST_CALLS["process.usage"].op) return exactBuffer(Buffer.from(this.#gauge.report()));
    const data = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : NO_BYTES;
    const result = callHostFunction(Number(op), words, data);
    return typeof result === "string" ? result : exactBuffer(result);
  }

  /** Once, after the first invocation; failing costs the next isolate time and nothing else. */
  #cacheCode(): void {
    const code = this.#code;
    if (code === undefined) return;
    this.#code = undefined;
    const cache = async (): Promise<void> => {
      const freeMb = this.#options.memoryMb - (await this.#gauge.memoryMb());
      if (code.isWorthCaching(freeMb)) await code.cache(this.#isolate);
    };
    cache().catch(() => undefined);
  }

  memoryMb(): Promise<number> {
    return this.#gauge.memoryMb();
  }

  cpuMs(): number {
    return this.#gauge.cpuMs();
  }

  get running(): boolean {
    return this.#entries > 0;
  }

  dispose(): void {
    this.#disposeIsolate();
    if (this.#entries === 0) this.#end("disposed");
  }

  #end(reason: SandboxEnd, frames: readonly string[] = []): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    if (reason !== "catastrophe") this.#disposeIsolate();
    const words = `The isolate ended while the module loaded (${reason})`;
    if (this.#initDone === undefined) this.#events.ended(reason, frames);
    else this.#initDone(startError(reason, words, this.#options, frames));
  }

  #disposeIsolate(): void {
    if (!this.#isolate.isDisposed) this.#isolate.dispose();
  }
}
