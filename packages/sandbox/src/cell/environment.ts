import { type GuestContext, LIMITS, type LogLine, SANDBOX_ERROR_TYPES } from "@sluice/core";
import type { Definition, WireLogLine } from "../cell-protocol.ts";
import type { Sandbox, SandboxEnd, SandboxEvents, SandboxFactory } from "../seam.ts";
import type { Call } from "./call.ts";
import type { EnvironmentSink } from "./environment-sink.ts";
import { explainEnd, type Rejection, type TimeoutFacts } from "./explain-end.ts";
import { OpenCalls } from "./open-calls.ts";
import { GuestTimers } from "./guest-timers.ts";

export interface EnvironmentOptions {
  readonly definition: Definition;
  /** Made before anybody asked for it, to be kept. */
  readonly provisioned?: boolean;
  readonly code: string | Uint8Array;
  readonly factory: SandboxFactory;
  readonly sink: EnvironmentSink;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  readonly now: () => number;
}

/** How often the heap is measured while calls come in. */
const MEMORY_SAMPLE_MS = 500;
/** How the guest's own error begins when WebAssembly used up the memory. */
const OUT_OF_MEMORY = `{"errorType":"${SANDBOX_ERROR_TYPES.outOfMemory}"`;
const ORPHAN_LINES_MAX = 100;
/** V8's own timeout covers one synchronous stretch; it gets this much longer than the wall deadline to blame CPU only when CPU is to blame. */
const SEGMENT_SLACK_MS = 5;
/** Code that runs at its wall deadline is V8's to stop, which knows where it is; but not for ever. */
const RUNNING_SLACK_MS = 60;

/**
 * One isolate with one function version in it. Invocations run one at a time, as Lambda promises its handlers; a few
 * more may already lie in the guest's mailbox, and are taken back when the first turns out to be slow.
 */
export class Environment implements SandboxEvents {
  readonly #options: EnvironmentOptions;
  readonly #timers: GuestTimers;
  #sandbox: Sandbox | undefined;
  #loading = false;
  #posted: { readonly seq: number; readonly call: Call }[] = [];
  #seq = 0;
  readonly #openCalls = new OpenCalls();
  #expired: { readonly at: number; readonly facts: TimeoutFacts } | undefined;
  #retired = false;
  #rejection: Rejection | undefined;
  #waiting: (() => void)[] = [];
  #orphanLines: WireLogLine[] = [];
  #memoryMb = 1;
  #sampledAt = 0;
  /** The running invocation asked the host for something, and so may be waiting rather than working. */
  #waits = false;
  /** CPU per invocation as of the last sample. */
  #cpuPerCallMs = Number.POSITIVE_INFINITY;
  #sampledCpuMs = 0;
  #callsSinceSample = 0;
  idleSince = 0;
  /** Kept when it is idle. */
  provisioned: boolean;

  constructor(options: EnvironmentOptions) {
    this.#options = options;
    this.provisioned = options.provisioned ?? false;
    this.#timers = new GuestTimers((id) => this.#whenRunning(() => this.#sandbox?.fireTimer(id, this.#remainingMs())));
  }

  /** Makes the isolate and loads the code. @returns FunctionError JSON when the code cannot be loaded */
  async start(): Promise<{ readonly error: string; readonly end: SandboxEnd | undefined } | undefined> {
    const { definition, code, factory } = this.#options;
    const { memoryMb, initTimeoutMs } = definition;
    const settings = JSON.stringify({ ...definition.settings, ...(this.provisioned ? { provisioned: true } : {}) });
    const started = await factory({ version: definition, memoryMb, code, settings, initTimeoutMs, events: this });
    this.#loading = false;
    if (!started.ok) return started;
    this.#sandbox = started.sandbox;
    this.idleSince = this.#options.clock();
    this.#sample();
    return undefined;
  }

  loading(sandbox: Sandbox): void {
    this.#sandbox = sandbox;
    this.#loading = true;
  }

  get load(): number {
    return this.#posted.length;
  }

  get ready(): boolean {
    return (
      this.#sandbox !== undefined && this.#expired === undefined && this.#rejection === undefined && !this.#retired
    );
  }

  get head(): Call | undefined {
    return this.#posted[0]?.call;
  }

  get memoryMb(): number {
    return this.#memoryMb;
  }

  post(call: Call): void {
    const { definition, now } = this.#options;
    const seq = ++this.#seq;
    this.#posted.push({ seq, call });
    if (this.#posted.length === 1) this.#begin(call);
    const context: GuestContext = {
      awsRequestId: call.invocationId,
      deadlineMs: now() + definition.timeoutMs,
      ...call.caller,
      ...(call.abandoned ? { abandoned: true } : {}),
    };
    this.#sandbox?.invoke(seq, call.event, JSON.stringify(context), definition.timeoutMs + SEGMENT_SLACK_MS);
  }

  /** @returns false when the call is not here */
  abandon(id: number): boolean {
    const entry = this.#posted.find(({ call }) => call.id === id);
    if (entry === undefined) return false;
    entry.call.abandoned = true;
    this.#sandbox?.abandon(entry.seq, this.#remainingMs());
    return true;
  }

  /** Takes back what lies behind the running invocation and has not begun. */
  takeBack(): Call[] {
    const kept = this.#posted.slice(0, 1);
    const taken: Call[] = [];
    for (const entry of this.#posted.slice(1)) {
      if (this.#sandbox?.withdraw(entry.seq)) taken.push(entry.call);
      else kept.push(entry);
    }
    this.#posted = kept;
    return taken;
  }

  /** @returns true when the isolate was asked to go and did not, so that only the end of the process helps */
  isStuck(clock: number): boolean {
    return this.#expired !== undefined && clock - this.#expired.at >= LIMITS.killGraceMs;
  }

  /** Notes the CPU time from which the running invocation's share is counted; asking costs too much for each call. */
  markStarted(call: Call): void {
    call.cpuAtStartMs = this.#sandbox?.cpuMs() ?? 0;
  }

  /** Enforces the wall deadline of the running invocation. */
  checkDeadline(clock: number): void {
    const head = this.head;
    if (head === undefined || this.#expired !== undefined || this.#sandbox === undefined) return;
    const lateMs = clock - head.startedAt - this.#options.definition.timeoutMs;
    if (lateMs < (this.#sandbox.running ? RUNNING_SLACK_MS : 2 * SEGMENT_SLACK_MS)) return;
    const cpuMs = this.#sandbox.cpuMs() - head.cpuAtStartMs;
    this.#expired = { at: clock, facts: { cpuMs, waitsFor: this.#openCalls.describe(this.#timers.size) } };
    this.#sandbox.dispose();
  }

  dispose(): void {
    this.#timers.clear();
    this.#sandbox?.dispose();
  }

  reply(id: number, text: string, bytes: Uint8Array): void {
    this.#openCalls.close(id);
    this.#whenRunning(() => this.#sandbox?.reply(id, text, bytes, this.#remainingMs()));
  }

  fail(id: number, failure: string): void {
    this.#openCalls.close(id);
    this.#whenRunning(() => this.#sandbox?.fail(id, failure, this.#remainingMs()));
  }

  settled(seq: number, ok: boolean, json: string): void {
    const entry = this.#posted[0];
    // Mailboxes are first in, first out: another number means that the guest speaks for an invocation it does not run.
    if (entry === undefined || entry.seq !== seq) return;
    this.#posted.shift();
    const clock = this.#options.clock();
    this.#callsSinceSample += 1;
    // What did not wait took as long as its CPU time; on a busy machine the clock says more, and is wrong.
    const elapsedMs = clock - entry.call.startedAt;
    const costMs = this.#waits ? elapsedMs : Math.min(elapsedMs, this.#cpuPerCallMs);
    // The guest begins nothing more, so what lies in its mailbox is innocent and goes elsewhere.
    if (!ok && json.startsWith(OUT_OF_MEMORY)) this.#retired = true;
    const next = this.head;
    if (next === undefined) this.idleSince = clock;
    else if (!this.#retired) this.#begin(next);
    if (clock - this.#sampledAt > MEMORY_SAMPLE_MS) this.#sample();
    this.#options.sink.finished(this, { call: entry.call, ok, json, costMs });
    if (this.#retired) this.#sandbox?.dispose();
  }

  logged(_seq: number, text: string): void {
    const space = text.indexOf(" ");
    const level = text.slice(0, space) as LogLine["level"];
    const message = text.slice(space + 1);
    const at = this.#options.now();
    if (this.head !== undefined) this.head.log(at, level, message);
    else if (this.#orphanLines.length < ORPHAN_LINES_MAX) this.#orphanLines.push([at, level, message]);
  }

  hostCall(id: number, op: number, text: string, bytes: ArrayBuffer | undefined): void {
    this.#waits = true;
    this.#openCalls.open(id, op);
    this.#whenRunning(() => this.#options.sink.hostCall(this, { call: this.head?.id ?? 0, id, op, text, bytes }));
  }

  timerStarted(id: number, delayMs: number): void {
    this.#waits = true;
    this.#timers.start(id, delayMs);
  }

  timerCleared(id: number): void {
    this.#timers.cancel(id);
  }

  /** As in Node: what nobody handled ends the process, here the isolate, and with it the invocation. */
  rejected(message: string, trace: readonly string[]): void {
    this.#rejection = { message, trace };
    this.#sandbox?.dispose();
  }

  ended(reason: SandboxEnd, frames: readonly string[]): void {
    this.#timers.clear();
    let guilty: Call | undefined;
    const innocent: Call[] = [];
    for (const { seq, call } of this.#posted) {
      if (this.#sandbox?.withdraw(seq)) innocent.push(call);
      else guilty = call;
    }
    this.#posted = [];
    const { definition, sink } = this.#options;
    const memoryMb = reason === "memory" || reason === "catastrophe" ? definition.memoryMb : this.#memoryMb;
    const error =
      guilty &&
      explainEnd({
        reason,
        invocationId: guilty.invocationId,
        definition,
        expired: this.#expired?.facts,
        frames,
        rejection: this.#rejection,
      });
    sink.ended(this, { reason, guilty: guilty && error ? { call: guilty, error } : undefined, innocent, memoryMb });
  }

  #begin(call: Call): void {
    this.#waits = false;
    call.startedAt = this.#options.clock();
    call.startedAtEpoch = this.#options.now();
    for (const [at, level, message] of this.#orphanLines.splice(0)) call.log(at, level, message);
    for (const run of this.#waiting.splice(0)) run();
  }

  /** Between invocations an environment is frozen, as on Lambda: what arrives then waits for the next one. */
  #whenRunning(run: () => void): void {
    if (this.head === undefined && !this.#loading) this.#waiting.push(run);
    else run();
  }

  #remainingMs(): number {
    const { definition, clock } = this.#options;
    const elapsed = this.head === undefined ? 0 : clock() - this.head.startedAt;
    return Math.max(1, definition.timeoutMs - elapsed) + SEGMENT_SLACK_MS;
  }

  #sample(): void {
    this.#sampledAt = this.#options.clock();
    const cpuMs = this.#sandbox?.cpuMs() ?? 0;
    if (this.#callsSinceSample > 0) this.#cpuPerCallMs = (cpuMs - this.#sampledCpuMs) / this.#callsSinceSample;
    this.#sampledCpuMs = cpuMs;
    this.#callsSinceSample = 0;
    this.#sandbox?.memoryMb().then(
      (memoryMb) => {
        this.#memoryMb = Math.max(this.#memoryMb, memoryMb);
      },
      () => undefined, // disposed meanwhile: the last figure stands
    );
  }
}
