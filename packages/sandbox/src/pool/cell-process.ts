import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { type CellExitReason, type Frame, FrameError, FrameReader, FrameWriter, HOST_CALLS } from "@sluice/core";
import {
  FROM_CELL_BYTES_MAX,
  type CellBroken,
  type CellStatus,
  type DoneHead,
  FROM_CELL,
  HOST_CALLS_OPEN_MAX,
  type InvokeHead,
  TO_CELL,
} from "../cell-protocol.ts";
import type { CellCgroup } from "./cgroup.ts";
import { CellHostCalls } from "./cell-host-calls.ts";
import { declaredMb, memoryOverrun, type MemoryOverrun } from "./cell-memory.ts";
import { patienceMs } from "./cell-patience.ts";
import { readBroken, readDoneHead, readFunctionError, readLogLines, readStatus } from "./cell-words.ts";
import type { CellProcessOptions } from "./cell-process-options.ts";
import { CellProvisions } from "./cell-provisions.ts";
import { CellDefinitions } from "./cell-definitions.ts";
import { EnvironmentLives } from "./environment-lives.ts";
import { PendingRuns } from "./pending-runs.ts";
import type { CellEnd, PendingRun, Quarantine } from "./cell-events.ts";
import { childEnd } from "./child-end.ts";
import { spawnCell } from "./spawn-cell.ts";

/** A cell reads what it is sent; one that does not, while it shows life signs, would have us keep it all. */
const UNREAD_BYTES_MAX = 512 * 1024 * 1024;
const PAYLOAD_BYTES_MAX = HOST_CALLS["invocation.succeed"].maxArgBytes;

export class CellProcess {
  tenant: string | undefined;
  quarantine: Quarantine = "none";
  retiring = false;
  idleSince: number;
  isolates = 0;
  /** Warm isolates by version key. */
  warm: ReadonlyMap<string, number> = new Map();
  readonly provisions: CellProvisions;
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  readonly #options: CellProcessOptions;
  readonly #child: ChildProcess;
  readonly #writer: FrameWriter;
  readonly #runs: PendingRuns;
  readonly #definitions: CellDefinitions;
  readonly #hostCalls: CellHostCalls;
  readonly #cgroup: CellCgroup | undefined;
  readonly #environments = new EnvironmentLives();
  #heardAt: number;
  #largestCode = 0;
  #end: CellEnd | undefined;
  #expected = false;
  #booted = false;
  #exited = false;

  constructor(options: CellProcessOptions) {
    this.#options = options;
    this.idleSince = options.now();
    this.#heardAt = options.now();
    this.#runs = new PendingRuns({ now: options.now, onExpired: (guilty) => this.kill("timeout", { guilty }) });
    const { isolation, number, limits, spawn = spawnCell } = options;
    this.#child = spawn({ addressSpaceMb: limits.addressSpaceMb, isolation, number });
    this.#cgroup = isolation.cgroups?.create(limits.rssMb);
    if (this.pid !== undefined) this.#cgroup?.add(this.pid);
    const socket = this.#child.stdio[3] as Socket;
    const write = (bytes: Buffer): void => {
      socket.write(bytes);
      if (socket.writableLength > UNREAD_BYTES_MAX) this.kill("protocol");
    };
    this.#writer = new FrameWriter({ write, schedule: (flush) => this.#scheduleFlush(flush) });
    this.ready = new Promise((resolve) => void (this.#onReady = resolve));
    this.ended = childEnd(this.#child);
    this.#definitions = new CellDefinitions((id, definition, code) => {
      this.#writer.send(TO_CELL.define, id, JSON.stringify(definition), code);
      this.#largestCode = Math.max(this.#largestCode, code.length);
    });
    this.provisions = new CellProvisions({
      define: (version) => this.#definitions.of(version, options.now()),
      drop: (key) => this.#definitions.drop(key),
      send: (id, wanted) => this.#writer.send(TO_CELL.provision, id, String(wanted)),
    });
    this.#hostCalls = new CellHostCalls({
      broker: options.broker,
      send: (type, id, head, body) => this.#writer.send(type, id, head, body),
      version: (definition) => this.#definitions.version(definition),
      invocationId: (call) => this.#runs.get(call)?.request.invocationId ?? "",
      signal: (call) => this.#runs.signalOf(call),
      environment: (environment) => this.#environments.of(environment),
      take: (call) => this.#runs.takerOf(call),
      limit: HOST_CALLS_OPEN_MAX * options.cell.maxIsolates,
    });
    this.#listen(socket);
    this.#writer.send(TO_CELL.hello, 0, JSON.stringify(options.cell), options.prelude);
  }

  /** With several runs under way, the next call is likely to come in the same turn: one write, one wake-up for both. */
  #scheduleFlush(flush: () => void): void {
    if (this.#runs.size <= 1) process.nextTick(flush);
    else setImmediate(flush);
  }

  #onReady: () => void = () => undefined;

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Takes calls at once, rather than when it has started. */
  get booted(): boolean {
    return this.#booted;
  }

  get runs(): number {
    return this.#runs.size;
  }

  /** For a call of a version: 2 with a provisioned environment that is likely to be free, 1 with a warm one. */
  readiness(key: string): number {
    if (!this.warm.has(key)) return 0;
    return (this.provisions.entries.get(key)?.ready ?? 0) > this.#runs.size ? 2 : 1;
  }

  start(run: PendingRun): void {
    const { version } = run.request;
    const definition = this.#definitions.of(version, this.#options.now());
    const id = this.#runs.add(run);
    if (this.#runs.size === 1) this.#heardAt = this.#options.now();
    if (definition.ready) this.#invoke(id, definition.id, run);
    else {
      definition.load.then(
        () => this.#invoke(id, definition.id, run),
        (error: unknown) => this.#loadFailed(id, version.key, error),
      );
    }
  }

  /** The caller of a run went away. @returns false when the run is not here */
  abandon(invocationId: string): boolean {
    const id = this.#runs.abandon(invocationId);
    if (id !== undefined) this.#writer.send(TO_CELL.abandon, id, "");
    return id !== undefined;
  }

  /** Ends the process. `expected`: by our own choice, with nothing running that matters. */
  kill(
    reason: CellExitReason,
    options: {
      readonly guilty?: PendingRun | undefined;
      readonly expected?: boolean;
      readonly memory?: MemoryOverrun;
    } = {},
  ): void {
    if (this.#end === undefined) {
      this.#end = { reason, guilty: options.guilty, memory: options.memory };
      this.#expected = options.expected ?? false;
    }
    this.retiring = true;
    this.#child.kill("SIGKILL");
  }

  /** This process stood still: what the cell said meanwhile is unread, and its deadlines were not ours to judge. */
  resume(pausedMs: number): void {
    this.#heardAt = this.#options.now();
    this.#runs.extend(pausedMs);
  }

  /** Memory and life signs; the pool calls it on its timer. */
  check(): void {
    if (this.#exited) return;
    const now = this.#options.now();
    const patience = patienceMs(this.#booted, this.#largestCode);
    if ((this.#runs.size > 0 || !this.#booted) && now - this.#heardAt > patience) return this.kill("crash");
    this.#forgetUnused(now);
    const memoryOf = (key: string): number | undefined => this.#definitions.find(key)?.version.definition.memoryMb;
    const declared = declaredMb(this.provisions.join(this.warm), memoryOf, this.#runs.values());
    const memory = memoryOverrun(this.pid, declared, this.#options.limits.rssMb);
    if (memory !== undefined) this.kill("memory", { memory });
  }

  /** Old versions of functions must not stay in memory for as long as the cell lives. */
  #forgetUnused(now: number): void {
    const busy = new Set([...this.#runs.values()].map((run) => run.request.version.key));
    const isHeld = (key: string): boolean => this.warm.has(key) || busy.has(key) || this.provisions.entries.has(key);
    for (const id of this.#definitions.sweep(now - this.#options.cell.idleMs, isHeld)) {
      this.#writer.send(TO_CELL.forget, id, "");
    }
  }

  #loadFailed(id: number, key: string, error: unknown): void {
    this.#definitions.drop(key);
    const run = this.#take(id);
    if (run === undefined) return;
    const startedAt = this.#options.now();
    const head: DoneHead = { ok: false, durationMs: 0, initMs: null, memoryMb: 0, logs: [], startedAt };
    const errorMessage = error instanceof Error ? error.message : "The code could not be loaded";
    this.#options.events.done(this, run, head, { errorType: "Artifact.Corrupt", errorMessage, trace: [] });
  }

  #invoke(id: number, definition: number, run: PendingRun): void {
    if (this.#runs.get(id) === undefined) return;
    const { invocationId, caller } = run.request;
    const head: InvokeHead = caller === undefined ? { definition, invocationId } : { definition, invocationId, caller };
    this.#writer.send(TO_CELL.invoke, id, JSON.stringify(head), run.request.event);
    if (run.abandoned) this.#writer.send(TO_CELL.abandon, id, "");
  }

  #listen(socket: Socket): void {
    const reader = new FrameReader(FROM_CELL_BYTES_MAX);
    socket.on("data", (chunk) => {
      this.#heardAt = this.#options.now();
      try {
        reader.push(chunk, (frame) => this.#receive(frame));
      } catch {
        // A guest got hold of the cell, or it is out of its mind: its words mean nothing any more.
        this.kill("protocol");
      }
    });
    socket.on("error", () => this.kill("crash"));
    this.#child.on("error", () => this.#exit());
    this.#child.on("exit", () => this.#exit());
  }

  #receive(frame: Frame): void {
    switch (frame.type) {
      case FROM_CELL.done:
        return this.#done(frame);
      case FROM_CELL.started:
        return this.#runs.started(frame.id);
      case FROM_CELL.logs:
        return this.#runs.log(frame.id, readLogLines(frame.head));
      case FROM_CELL.hostCall:
        return this.#hostCalls.receive(frame);
      case FROM_CELL.status:
        return this.#status(readStatus(frame.head));
      case FROM_CELL.broken:
        return this.#broken(readBroken(frame.head));
      case FROM_CELL.gone:
        return this.#environments.end(frame.id);
      case FROM_CELL.ready:
        this.#booted = true;
        return this.#onReady();
      default:
        return this.kill("protocol");
    }
  }

  #done(frame: Frame): void {
    const head = readDoneHead(frame.head);
    if (frame.body.length > PAYLOAD_BYTES_MAX) throw new FrameError("a result over its limit");
    const result = head.ok ? frame.body : readFunctionError(frame.body);
    const logs = this.#runs.logsWithin(frame.id, head.logs);
    const run = this.#take(frame.id);
    if (run !== undefined) this.#options.events.done(this, run, { ...head, logs }, result);
  }

  #take(id: number): PendingRun | undefined {
    const run = this.#runs.take(id);
    if (run !== undefined && this.#runs.size === 0) this.idleSince = this.#options.now();
    return run;
  }

  #broken(broken: CellBroken): void {
    const guilty = broken.call === null ? undefined : this.#runs.get(broken.call);
    if (broken.kill) return this.kill(broken.reason, { guilty });
    this.retiring = true;
    this.#options.events.retired(this);
  }

  #status(status: CellStatus): void {
    this.isolates = status.isolates;
    const warm = new Map<string, number>();
    for (const [id, count] of Object.entries(status.warm)) {
      const version = this.#definitions.version(Number(id));
      if (version !== undefined) warm.set(version.key, count);
    }
    this.warm = warm;
    for (const [id, [ready, failure]] of Object.entries(status.provisioned)) {
      this.provisions.note(this.#definitions.version(Number(id))?.key, ready, failure);
    }
    this.#options.events.status(this);
  }

  #exit(): void {
    if (this.#exited) return;
    this.#exited = true;
    this.#environments.endAll();
    this.retiring = true;
    const runs = this.#runs.takeAll();
    this.#hostCalls.close();
    // Its runs are answered: what else it has said is nobody's any more.
    this.#child.stdio[3]?.destroy();
    this.#onReady();
    const killed: CellEnd = { reason: this.#cgroup?.outOfMemory ? "memory" : "crash", guilty: undefined };
    this.#cgroup?.remove();
    this.#options.events.lost(this, { ...(this.#end ?? killed), runs, expected: this.#expected, booted: this.#booted });
  }
}
