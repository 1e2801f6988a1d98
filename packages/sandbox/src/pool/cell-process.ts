import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { type CellExitReason, type Frame, FrameReader, FrameWriter, LIMITS } from "@sluice/core";
import {
  FROM_CELL_BYTES_MAX,
  type CellBroken,
  type CellOptions,
  type CellStatus,
  type DoneHead,
  FROM_CELL,
  type HostCallHead,
  type InvokeHead,
  TO_CELL,
  type WireLogLine,
} from "../cell-protocol.ts";
import { CellDefinitions } from "./cell-definitions.ts";
import { EnvironmentLives } from "./environment-lives.ts";
import { PendingRuns } from "./pending-runs.ts";
import { readRssMb } from "./rss.ts";
import type { CellEvents, PendingRun, Quarantine } from "./cell-events.ts";
import type { Broker } from "./run.ts";
import { spawnCell } from "./spawn-cell.ts";

export interface CellProcessOptions {
  readonly prelude: string;
  readonly cell: CellOptions;
  readonly limits: { readonly addressSpaceMb: number; readonly rssMb: number };
  readonly broker: Broker;
  readonly events: CellEvents;
  readonly now: () => number;
}

/** A cell with work says something every 250 ms; one that is starting may take longer on a busy machine. */
const SILENT_MS = 1_500;
const BOOT_MS = 30_000;
/** Taking in and compiling a large program keeps a cell from saying anything: at this pace at the least. */
const CODE_BYTES_PER_MS = 5_000;

/** The parent's handle of one cell process (D4: empty environment, no secret, no network of its own). */
export class CellProcess {
  tenant: string | undefined;
  quarantine: Quarantine = "none";
  retiring = false;
  idleSince: number;
  isolates = 0;
  /** Warm isolates by version key. */
  warm: ReadonlyMap<string, number> = new Map();
  readonly ready: Promise<void>;
  readonly #options: CellProcessOptions;
  readonly #child: ChildProcess;
  readonly #writer: FrameWriter;
  readonly #runs: PendingRuns;
  readonly #definitions: CellDefinitions;
  readonly #environments = new EnvironmentLives();
  #ids = 0;
  #heardAt: number;
  #largestCode = 0;
  #end: { readonly reason: CellExitReason; readonly guilty: PendingRun | undefined } | undefined;
  #expected = false;
  #booted = false;
  #exited = false;

  constructor(options: CellProcessOptions) {
    this.#options = options;
    this.idleSince = options.now();
    this.#heardAt = options.now();
    this.#runs = new PendingRuns({ now: options.now, onExpired: (guilty) => this.kill("timeout", { guilty }) });
    this.#child = spawnCell(options.limits.addressSpaceMb);
    const socket = this.#child.stdio[3] as Socket;
    this.#writer = new FrameWriter({
      write: (bytes) => socket.write(bytes),
      schedule: (flush) => this.#scheduleFlush(flush),
    });
    this.ready = new Promise((resolve) => void (this.#onReady = resolve));
    this.#definitions = new CellDefinitions((id, definition, code) => {
      this.#writer.send(TO_CELL.define, id, JSON.stringify(definition), code);
      this.#largestCode = Math.max(this.#largestCode, code.length);
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

  /** Runs of this version; cheap enough for placement because a cell holds few. */
  isWarm(key: string): boolean {
    return this.warm.has(key);
  }

  /** Starts a run; code that the cell has not seen is loaded first. */
  start(run: PendingRun): void {
    const { version } = run.request;
    const definition = this.#definitions.of(version, this.#options.now());
    const id = (this.#ids = (this.#ids + 1) >>> 0);
    this.#runs.add(id, run);
    if (this.#runs.size === 1) this.#heardAt = this.#options.now();
    if (definition.ready) this.#invoke(id, definition.id, run);
    else {
      definition.load.then(
        () => this.#invoke(id, definition.id, run),
        (error: unknown) => this.#loadFailed(id, version.key, error),
      );
    }
  }

  /** Ends the process. `expected`: by our own choice, with nothing running that matters. */
  kill(
    reason: CellExitReason,
    options: { readonly guilty?: PendingRun | undefined; readonly expected?: boolean } = {},
  ): void {
    if (this.#end === undefined) {
      this.#end = { reason, guilty: options.guilty };
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
    const patience = this.#booted ? SILENT_MS + this.#largestCode / CODE_BYTES_PER_MS : BOOT_MS;
    if ((this.#runs.size > 0 || !this.#booted) && now - this.#heardAt > patience) return this.kill("crash");
    this.#forgetUnused(now);
    const rssMb = readRssMb(this.pid);
    if (rssMb !== undefined && rssMb > this.#rssLimitMb()) this.kill("memory");
  }

  /** Old versions of functions must not stay in memory for as long as the cell lives. */
  #forgetUnused(now: number): void {
    const busy = new Set([...this.#runs.values()].map((run) => run.request.version.key));
    const isHeld = (key: string): boolean => this.warm.has(key) || busy.has(key);
    for (const id of this.#definitions.sweep(now - this.#options.cell.idleMs, isHeld)) {
      this.#writer.send(TO_CELL.forget, id, "");
    }
  }

  /** What the cell's functions may use together, never more than the cell's own limit. */
  #rssLimitMb(): number {
    let declared = 0;
    for (const [key, isolates] of this.warm) {
      const memoryMb = this.#definitions.find(key)?.version.definition.memoryMb;
      declared += isolates * (memoryMb ?? LIMITS.memoryMbDefault);
    }
    for (const run of this.#runs.values()) declared += run.request.version.definition.memoryMb;
    return Math.min(this.#options.limits.rssMb, 192 + declared * 1.25);
  }

  #loadFailed(id: number, key: string, error: unknown): void {
    this.#definitions.drop(key);
    const run = this.#take(id);
    if (run === undefined) return;
    const head: DoneHead = {
      ok: false,
      durationMs: 0,
      initMs: null,
      memoryMb: 0,
      logs: [],
      startedAt: this.#options.now(),
    };
    const message = error instanceof Error ? error.message : "The code could not be loaded";
    const body = JSON.stringify({ errorType: "Artifact.Corrupt", errorMessage: message, trace: [] });
    this.#options.events.done(this, run, head, Buffer.from(body));
  }

  #invoke(id: number, definition: number, run: PendingRun): void {
    if (this.#runs.get(id) === undefined) return;
    const head: InvokeHead = { definition, invocationId: run.request.invocationId };
    this.#writer.send(TO_CELL.invoke, id, JSON.stringify(head), run.request.event);
  }

  #listen(socket: Socket): void {
    const reader = new FrameReader(FROM_CELL_BYTES_MAX);
    socket.on("data", (chunk) => {
      this.#heardAt = this.#options.now();
      try {
        reader.push(chunk, (frame) => this.#receive(frame));
      } catch {
        // A guest got hold of the cell, or the cell is out of its mind: either way its words mean nothing any more.
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
        return this.#runs.get(frame.id)?.request.onLogs?.(JSON.parse(frame.head) as WireLogLine[]);
      case FROM_CELL.hostCall:
        return this.#hostCall(frame);
      case FROM_CELL.status:
        return this.#status(JSON.parse(frame.head) as CellStatus);
      case FROM_CELL.broken:
        return this.#broken(JSON.parse(frame.head) as CellBroken);
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
    const run = this.#take(frame.id);
    if (run !== undefined) this.#options.events.done(this, run, JSON.parse(frame.head) as DoneHead, frame.body);
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
    this.#options.events.status(this);
  }

  #hostCall(frame: Frame): void {
    const head = JSON.parse(frame.head) as HostCallHead;
    const version = this.#definitions.version(head.definition);
    if (version === undefined) return this.kill("protocol");
    const call = {
      version,
      invocationId: this.#runs.get(head.call)?.request.invocationId ?? "",
      op: head.op,
      text: frame.body.toString("utf8", 0, head.textBytes),
      bytes: Buffer.from(frame.body.subarray(head.textBytes)),
      signal: this.#runs.signalOf(head.call),
      environment: this.#environments.of(head.environment),
    };
    void this.#options.broker(call).then((reply) => {
      if (this.#exited) return;
      if (reply.ok) this.#writer.send(TO_CELL.reply, frame.id, reply.text, reply.bytes);
      else {
        const { name, message, code } = reply;
        this.#writer.send(TO_CELL.fail, frame.id, JSON.stringify({ name, message, code }));
      }
    });
  }

  #exit(): void {
    if (this.#exited) return;
    this.#exited = true;
    this.#environments.endAll();
    this.retiring = true;
    const runs = this.#runs.takeAll();
    this.#onReady();
    const { reason, guilty } = this.#end ?? { reason: "crash" as const, guilty: undefined };
    this.#options.events.lost(this, { runs, guilty, reason, expected: this.#expected });
  }
}
