import { type CryptoRefusal, type Frame, HOST_CALLS, type HostCallFailure } from "@sluice/core";
import {
  type CellBroken,
  type CellOptions,
  type CellStatus,
  type Definition,
  type DoneHead,
  FROM_CELL,
  type InvokeHead,
  TO_CELL,
} from "../cell-protocol.ts";
import type { SandboxEnd, SandboxFactory } from "../seam.ts";
import { runTask } from "./crypto/task.ts";
import { TaskQueue } from "./crypto/task-queue.ts";
import { Call } from "./call.ts";
import type { Environment } from "./environment.ts";
import type { EnvironmentEnd, HostCallRequest } from "./environment-sink.ts";
import { ForwardedCalls } from "./forwarded-calls.ts";
import { VersionPool, type VersionPoolSink } from "./version-pool.ts";

export interface CellDependencies {
  readonly send: (type: number, id: number, head: string, body?: Uint8Array | string) => void;
  readonly createFactory: (prelude: string) => SandboxFactory;
  readonly clock: () => number;
  readonly now: () => number;
}

const TICK_MS = 10;
const HEARTBEAT_MS = 250;
const LOG_FLUSH_MS = 100;
const KEEP_MS = 100;
/** What runs in a cell process: takes frames of its parent, runs calls in isolates, reports. Holds no secret. */
export class Cell implements VersionPoolSink {
  readonly #deps: CellDependencies;
  readonly #pools = new Map<number, VersionPool>();
  /** Calls that run or wait. No map of them: see SlotTable. */
  #calls = 0;
  readonly #forwards: ForwardedCalls;
  readonly #tasks = new TaskQueue<Environment>((environment) => environment.ready);
  #options: CellOptions = { maxIsolates: 1, idleMs: 60_000, parallelism: 1 };
  #factory: SandboxFactory | undefined;
  #isolates = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Set once anything was provisioned here. */
  #keeper: NodeJS.Timeout | undefined;
  #heartbeatAt = 0;
  #logsAt = 0;

  constructor(deps: CellDependencies) {
    this.#deps = deps;
    this.#forwards = new ForwardedCalls(deps.send);
  }

  receive(frame: Frame): void {
    switch (frame.type) {
      case TO_CELL.invoke:
        return this.#invoke(frame);
      case TO_CELL.reply:
        return this.#forwards.answer(frame.id, (environment, id) => environment.reply(id, frame.head, frame.body));
      case TO_CELL.fail:
        return this.#forwards.answer(frame.id, (environment, id) => environment.fail(id, frame.head));
      case TO_CELL.provision:
        return this.#provision(frame);
      case TO_CELL.abandon:
        return this.#abandon(frame.id);
      case TO_CELL.define:
        return this.#define(frame);
      case TO_CELL.forget:
        return this.#forget(frame.id);
      case TO_CELL.hello:
        this.#options = JSON.parse(frame.head) as CellOptions;
        this.#factory = this.#deps.createFactory(frame.body.toString());
        setInterval(() => this.#evictOld(), Math.max(1_000, this.#options.idleMs / 4)).unref();
        return this.#deps.send(FROM_CELL.ready, 0, "");
      default:
        return this.#broken({ reason: "protocol", kill: true, call: null });
    }
  }

  /** Nothing runs and nothing waits: what is to be said need not wait for more. */
  get idle(): boolean {
    return this.#calls === 0;
  }

  finished(call: Call, ok: boolean, json: string, memoryMb: number): void {
    this.#done(call, ok, json, memoryMb);
  }

  failedToLoad(call: Call | undefined, error: string, end: SandboxEnd | undefined): void {
    if (call !== undefined) {
      call.startedAtEpoch = this.#deps.now();
      call.startedAt = this.#deps.clock();
      this.#done(call, false, error, 0);
    }
    if (end === "memory" || end === "catastrophe") this.#broken({ reason: "memory", kill: false, call: null });
  }

  ended(environment: Environment, end: EnvironmentEnd): void {
    this.#forwards.forget(environment);
    if (end.guilty !== undefined) this.#done(end.guilty.call, false, JSON.stringify(end.guilty.error), end.memoryMb);
    const { reason } = end;
    // V8 has lost control of part of this process (catastrophe), or a limit was just overrun: calls that run may
    // finish, nothing new starts here.
    if (reason === "catastrophe") this.#broken({ reason: "memory", kill: true, call: null });
    else if (reason === "memory") this.#broken({ reason: "memory", kill: false, call: null });
    else if (reason === "broken") this.#broken({ reason: "protocol", kill: false, call: null });
    this.#status();
  }

  hostCall(environment: Environment, definition: number, request: HostCallRequest): void {
    if (request.op === HOST_CALLS["crypto.task"].op) return this.#cryptoTask(environment, request);
    this.#forwards.forward(environment, definition, request);
  }

  evicted(environment: Environment): void {
    this.#forwards.forget(environment);
  }

  /** Answered here, by the thread pool: the main thread only passes the result on. */
  #cryptoTask(environment: Environment, { id, text, bytes }: HostCallRequest): void {
    const fail = (code: CryptoRefusal) => {
      const failure: HostCallFailure = { name: "Error", message: `the task was refused: ${code}`, code };
      environment.fail(id, JSON.stringify(failure));
    };
    const data = new Uint8Array(bytes ?? new ArrayBuffer(0));
    if (text.length + data.length > HOST_CALLS["crypto.task"].maxArgBytes) return fail("too-costly");
    const run = async (): Promise<void> => {
      const result = await runTask(text, data);
      if (typeof result === "string") fail(result);
      else environment.reply(id, "", result);
    };
    if (!this.#tasks.submit({ owner: environment, run })) fail("too-costly");
  }

  provisionedChanged(): void {
    this.#status();
  }

  claimIsolate(): boolean {
    if (this.#isolates >= this.#options.maxIsolates && !this.#evict(this.#deps.clock())) return false;
    this.#isolates += 1;
    return true;
  }

  releaseIsolate(): void {
    this.#isolates -= 1;
  }

  #define(frame: Frame): void {
    const factory = this.#factory;
    if (factory === undefined) return this.#broken({ reason: "protocol", kill: true, call: null });
    const definition = JSON.parse(frame.head) as Definition;
    const { clock, now } = this.#deps;
    // A copy: the frame's bytes may be a small part of a large buffer.
    const code = definition.settings.runtime === "wasi" ? new Uint8Array(frame.body) : frame.body.toString();
    const { parallelism } = this.#options;
    this.#pools.set(
      frame.id,
      new VersionPool({ id: frame.id, definition, code, factory, sink: this, parallelism, clock, now }),
    );
  }

  /** The parent forgets only what has no isolate and no call here. */
  #forget(id: number): void {
    const pool = this.#pools.get(id);
    if (pool?.isolates === 0 && pool.pending === 0) this.#pools.delete(id);
  }

  #invoke(frame: Frame): void {
    const { definition, invocationId, caller } = JSON.parse(frame.head) as InvokeHead;
    const pool = this.#pools.get(definition);
    if (pool === undefined) return this.#broken({ reason: "protocol", kill: true, call: frame.id });
    const call = new Call({ id: frame.id, definition, invocationId, event: frame.body.toString(), caller });
    this.#calls += 1;
    pool.submit(call);
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
  }

  #provision(frame: Frame): void {
    const pool = this.#pools.get(frame.id);
    if (pool === undefined) return this.#broken({ reason: "protocol", kill: true, call: null });
    pool.provision(Number(frame.head));
    this.#keeper ??= setInterval(() => {
      for (const each of this.#pools.values()) each.keepProvisioned();
    }, KEEP_MS).unref();
  }

  /** Seldom, so it is looked for. */
  #abandon(id: number): void {
    for (const pool of this.#pools.values()) if (pool.abandon(id)) return;
  }

  #done(call: Call, ok: boolean, payload: string, memoryMb: number): void {
    this.#calls -= 1;
    const head: DoneHead = {
      ok,
      durationMs: this.#deps.clock() - call.startedAt,
      initMs: call.initMs,
      memoryMb,
      logs: call.takeLines(),
      startedAt: call.startedAtEpoch,
    };
    this.#deps.send(FROM_CELL.done, call.id, JSON.stringify(head), payload);
    if (call.initMs !== null) this.#status();
  }

  #tick(): void {
    const clock = this.#deps.clock();
    for (const pool of this.#pools.values()) {
      pool.tick(clock);
      for (const environment of pool.environments()) this.#watch(environment, clock);
    }
    if (clock - this.#logsAt >= LOG_FLUSH_MS) this.#flushLogs(clock);
    if (clock - this.#heartbeatAt >= HEARTBEAT_MS) this.#status();
    if (this.#calls > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#status();
  }

  #watch(environment: Environment, clock: number): void {
    const head = environment.head;
    if (head === undefined) return;
    if (!head.announced) {
      head.announced = true;
      environment.markStarted(head);
      this.#deps.send(FROM_CELL.started, head.id, "");
    }
    if (environment.isStuck(clock)) this.#broken({ reason: "timeout", kill: true, call: head.id });
  }

  #flushLogs(clock: number): void {
    this.#logsAt = clock;
    for (const pool of this.#pools.values()) {
      for (const { head } of pool.environments()) {
        const lines = head?.takeLines() ?? [];
        if (head !== undefined && lines.length > 0) this.#deps.send(FROM_CELL.logs, head.id, JSON.stringify(lines));
      }
    }
  }

  #status(): void {
    this.#heartbeatAt = this.#deps.clock();
    const warm: Record<string, number> = {};
    for (const pool of this.#pools.values()) if (pool.isolates > 0) warm[pool.id] = pool.isolates;
    const status: CellStatus = { isolates: this.#isolates, warm, provisioned: this.#provisioned() };
    this.#deps.send(FROM_CELL.status, 0, JSON.stringify(status));
  }

  #provisioned(): CellStatus["provisioned"] {
    const provisioned: Record<string, readonly [number, string]> = {};
    if (this.#keeper === undefined) return provisioned;
    for (const pool of this.#pools.values()) {
      const { wanted, ready, failure } = pool.provisioned;
      if (wanted > 0) provisioned[pool.id] = [ready, failure];
    }
    return provisioned;
  }

  #broken(broken: CellBroken): void {
    this.#deps.send(FROM_CELL.broken, 0, JSON.stringify(broken));
  }

  /** @returns whether an idle isolate was disposed */
  #evict(before: number): boolean {
    for (const pool of this.#pools.values()) if (pool.evictIdle(before)) return true;
    return false;
  }

  #evictOld(): void {
    let evicted = false;
    while (this.#evict(this.#deps.clock() - this.#options.idleMs)) evicted = true;
    if (evicted) this.#status();
  }
}
