import type { FunctionError } from "@sluice/core";
import type { Definition } from "../cell-protocol.ts";
import { SpawnBackoff } from "../pool/spawn-backoff.ts";
import type { SandboxEnd, SandboxFactory } from "../seam.ts";
import type { Call } from "./call.ts";
import { Environment } from "./environment.ts";
import type { EnvironmentEnd, EnvironmentResult, EnvironmentSink, HostCallRequest } from "./environment-sink.ts";

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
  /** More or fewer provisioned isolates are ready, or one could not be made. */
  provisionedChanged(): void;
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
const FAILURE_CHARS = 500;

/** The isolates of one function version in this cell, and the calls that wait for one. */
export class VersionPool implements EnvironmentSink {
  readonly id: number;
  readonly definition: Definition;
  readonly #options: VersionPoolOptions;
  readonly #environments = new Set<Environment>();
  #queue: Call[] = [];
  #starting = 0;
  /** Provisioned isolates: how many there shall be, and how many are being made. */
  #wanted = 0;
  #provisioning = 0;
  #failure = "";
  readonly #backoff = new SpawnBackoff();
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

  /** What there shall be, what is ready, and why the last one could not be made. */
  get provisioned(): { readonly wanted: number; readonly ready: number; readonly failure: string } {
    let ready = 0;
    for (const environment of this.#environments) if (environment.provisioned && environment.ready) ready += 1;
    return { wanted: this.#wanted, ready, failure: this.#failure };
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

  /** Keeps so many isolates ready, beside those that calls have made for them. */
  provision(count: number): void {
    this.#wanted = count;
    if (count === 0) this.#failure = "";
    let kept = 0;
    for (const environment of this.#environments) {
      if (!environment.provisioned || ++kept <= count) continue;
      // One that is busy grows old like any other.
      environment.provisioned = false;
      if (environment.ready && environment.load === 0) this.#dispose(environment);
    }
    this.keepProvisioned();
    this.#options.sink.provisionedChanged();
  }

  /** Makes what is missing of the provisioned ones; after a failure, not at once. */
  keepProvisioned(): void {
    let there = this.#provisioning;
    for (const environment of this.#environments) if (environment.provisioned) there += 1;
    const { parallelism, clock, sink } = this.#options;
    while (there < this.#wanted && this.#provisioning < parallelism && !this.#backoff.blocks(clock())) {
      if (!sink.claimIsolate()) break;
      there += 1;
      void this.#provisionEnvironment();
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
      if (environment.provisioned || !environment.ready || environment.load > 0) continue;
      if (environment.idleSince > before) continue;
      if (oldest === undefined || environment.idleSince < oldest.idleSince) oldest = environment;
    }
    if (oldest === undefined) return false;
    this.#dispose(oldest);
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
    this.keepProvisioned();
  }

  hostCall(environment: Environment, request: HostCallRequest): void {
    this.#options.sink.hostCall(environment, this.id, request);
  }

  /**
   * The first busy one with little to do; else an idle one: provisioned rather than not, and the one that was idle last,
   * so that the others can grow old and go.
   */
  #pick(): Environment | undefined {
    const mailbox = Math.min(MAILBOX, BACKLOG_MS / this.#typicalMs);
    const clock = this.#options.clock();
    let idle: Environment | undefined;
    for (const environment of this.#environments) {
      if (!environment.ready) continue;
      if (environment.load === 0) {
        if (idle === undefined || isBetter(environment, idle)) idle = environment;
      } else if (environment.load < mailbox && !isSlow(environment, clock)) {
        return environment;
      }
    }
    return idle;
  }

  async #provisionEnvironment(): Promise<void> {
    const { sink, clock } = this.#options;
    const environment = this.#newEnvironment(true);
    this.#provisioning += 1;
    const failure = await environment.start();
    this.#provisioning -= 1;
    if (failure === undefined) {
      this.#backoff.succeeded();
      this.#failure = "";
      // It may have become one too many while it was made; then it is like one that a call made.
      environment.provisioned = this.provisioned.ready < this.#wanted;
      this.#environments.add(environment);
      this.schedule();
    } else {
      this.#backoff.failed(clock());
      this.#failure = describe(failure.error);
      sink.releaseIsolate();
      sink.failedToLoad(undefined, failure.error, failure.end);
    }
    sink.provisionedChanged();
    this.keepProvisioned();
  }

  #newEnvironment(provisioned: boolean): Environment {
    const { definition, code, factory, clock, now } = this.#options;
    return new Environment({ definition, provisioned, code, factory, sink: this, clock, now });
  }

  async #startEnvironment(): Promise<void> {
    const { clock } = this.#options;
    const environment = this.#newEnvironment(false);
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

  #dispose(environment: Environment): void {
    this.#remove(environment);
    environment.dispose();
    this.#options.sink.evicted(environment);
  }

  #remove(environment: Environment): boolean {
    if (!this.#environments.delete(environment)) return false;
    this.#options.sink.releaseIsolate();
    return true;
  }
}

/** Of two that are idle. */
function isBetter(one: Environment, other: Environment): boolean {
  return one.provisioned === other.provisioned ? one.idleSince > other.idleSince : one.provisioned;
}

function describe(failure: string): string {
  const { errorType, errorMessage } = JSON.parse(failure) as FunctionError;
  return `${errorType}: ${errorMessage}`.slice(0, FAILURE_CHARS);
}

/** Its running call takes longer than a call that others may wait behind. */
function isSlow({ head }: Environment, clock: number): boolean {
  return head !== undefined && clock - head.startedAt >= SLOW_HEAD_MS;
}
