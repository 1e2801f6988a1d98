import type { Definition } from "../cell-protocol.ts";
import type { SandboxEnd, SandboxFactory } from "../seam.ts";
import type { Call } from "./call.ts";
import {
  Environment,
  type EnvironmentEnd,
  type EnvironmentResult,
  type EnvironmentSink,
  type HostCallRequest,
} from "./environment.ts";

export interface VersionPoolSink {
  finished(call: Call, ok: boolean, json: string, memoryMb: number): void;
  failedToLoad(call: Call | undefined, error: string, end: SandboxEnd | undefined): void;
  ended(environment: Environment, end: EnvironmentEnd): void;
  /** An idle isolate was disposed. */
  evicted(environment: Environment): void;
  hostCall(environment: Environment, definition: number, request: HostCallRequest): void;
  /** Room for one more isolate in this cell? Making room by evicting an idle one is the cell's choice. */
  claimIsolate(): boolean;
  releaseIsolate(): void;
}

export interface VersionPoolOptions {
  readonly id: number;
  readonly definition: Definition;
  readonly code: string | Uint8Array;
  readonly factory: SandboxFactory;
  readonly sink: VersionPoolSink;
  readonly parallelism: number;
  readonly clock: () => number;
  readonly now: () => number;
}

/**
 * Work that may lie in one mailbox, the running call included. Waking an idle isolate's thread costs more than waiting
 * this long for a busy one; and 32 isolates that take turns are several times slower than one that does not pause.
 */
const BACKLOG_MS = 1;
const MAILBOX = 64;
/** A running call that takes longer than this gives the calls behind it back. */
const SLOW_HEAD_MS = 4;
const SMOOTHING = 0.1;

/** The isolates of one function version in this cell, and the calls that wait for one. */
export class VersionPool implements EnvironmentSink {
  readonly id: number;
  readonly definition: Definition;
  readonly #options: VersionPoolOptions;
  readonly #environments = new Set<Environment>();
  #queue: Call[] = [];
  #starting = 0;
  /** Smoothed cost of a call (EnvironmentResult); a new function counts as slow until it has shown otherwise. */
  #typicalMs = 10;

  constructor(options: VersionPoolOptions) {
    this.id = options.id;
    this.definition = options.definition;
    this.#options = options;
  }

  get isolates(): number {
    return this.#environments.size;
  }

  get pending(): number {
    let pending = this.#queue.length;
    for (const environment of this.#environments) pending += environment.load;
    return pending;
  }

  environments(): Iterable<Environment> {
    return this.#environments;
  }

  submit(call: Call): void {
    this.#queue.push(call);
    this.schedule();
  }

  /** @returns false when the call is not here */
  abandon(id: number): boolean {
    const waiting = this.#queue.find((call) => call.id === id);
    if (waiting !== undefined) waiting.abandoned = true;
    if (waiting !== undefined) return true;
    for (const environment of this.#environments) if (environment.abandon(id)) return true;
    return false;
  }

  schedule(): void {
    while (this.#queue.length > 0) {
      const environment = this.#pick();
      if (environment === undefined) break;
      environment.post(this.#queue.shift() as Call);
    }
    // Making an isolate is CPU work: more at once than there are cores would only finish later.
    while (this.#queue.length > this.#starting && this.#starting < this.#options.parallelism) {
      if (!this.#options.sink.claimIsolate()) break;
      void this.#startEnvironment();
    }
  }

  /** Deadlines, slow heads; called on the cell's tick while calls run. */
  tick(clock: number): void {
    for (const environment of this.#environments) {
      environment.checkDeadline(clock);
      if (environment.load < 2 || !isSlow(environment, clock)) continue;
      this.#queue.unshift(...environment.takeBack());
    }
    this.schedule();
  }

  /** Disposes the isolate that has been idle longest. @returns false when none is idle */
  evictIdle(before: number): boolean {
    let oldest: Environment | undefined;
    for (const environment of this.#environments) {
      if (!environment.ready || environment.load > 0 || environment.idleSince > before) continue;
      if (oldest === undefined || environment.idleSince < oldest.idleSince) oldest = environment;
    }
    if (oldest === undefined) return false;
    this.#remove(oldest);
    oldest.dispose();
    this.#options.sink.evicted(oldest);
    return true;
  }

  finished(environment: Environment, { call, ok, json, costMs }: EnvironmentResult): void {
    this.#typicalMs += (costMs - this.#typicalMs) * SMOOTHING;
    this.#options.sink.finished(call, ok, json, environment.memoryMb);
    if (this.#queue.length > 0) this.schedule();
  }

  ended(environment: Environment, end: EnvironmentEnd): void {
    if (!this.#remove(environment)) return;
    this.#queue.unshift(...end.innocent);
    this.#options.sink.ended(environment, end);
    this.schedule();
  }

  hostCall(environment: Environment, request: HostCallRequest): void {
    this.#options.sink.hostCall(environment, this.id, request);
  }

  /** The first busy one with little to do; else the one that was idle last, so that the others can grow old and go. */
  #pick(): Environment | undefined {
    const mailbox = Math.min(MAILBOX, BACKLOG_MS / this.#typicalMs);
    const clock = this.#options.clock();
    let idle: Environment | undefined;
    for (const environment of this.#environments) {
      if (!environment.ready) continue;
      if (environment.load === 0) {
        if (idle === undefined || environment.idleSince > idle.idleSince) idle = environment;
      } else if (environment.load < mailbox && !isSlow(environment, clock)) {
        return environment;
      }
    }
    return idle;
  }

  async #startEnvironment(): Promise<void> {
    const { definition, code, factory, clock, now } = this.#options;
    const environment = new Environment({ definition, code, factory, sink: this, clock, now });
    this.#starting += 1;
    const began = clock();
    const failure = await environment.start();
    this.#starting -= 1;
    if (failure !== undefined) {
      this.#options.sink.releaseIsolate();
      this.#options.sink.failedToLoad(this.#queue.shift(), failure.error, failure.end);
      this.schedule();
      return;
    }
    this.#environments.add(environment);
    const first = this.#queue.shift();
    if (first !== undefined) {
      first.initMs = clock() - began;
      environment.post(first);
    }
    this.schedule();
  }

  #remove(environment: Environment): boolean {
    if (!this.#environments.delete(environment)) return false;
    this.#options.sink.releaseIsolate();
    return true;
  }
}

/** Its running call takes longer than a call that others may wait behind. */
function isSlow({ head }: Environment, clock: number): boolean {
  return head !== undefined && clock - head.startedAt >= SLOW_HEAD_MS;
}
