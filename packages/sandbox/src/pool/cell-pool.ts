import type { FunctionError } from "@sluice/core";
import type { CellOptions, DoneHead } from "../cell-protocol.ts";
import { blame } from "./blame.ts";
import type { CellEvents, CellLoss, PendingRun, Quarantine } from "./cell-events.ts";
import type { CellPoolOptions } from "./cell-pool-options.ts";
import { CellProcess } from "./cell-process.ts";
import { allEnded } from "./child-end.ts";
import { Convicts } from "./convicts.ts";
import { isPastDeadline, isToBlame } from "./guilt.ts";
import { type ProvisionReport, Provisions, type ProvisionTarget } from "./provisions.ts";
import type { CellRestart, RunRequest, RunResult } from "./run.ts";
import { SpawnBackoff } from "./spawn-backoff.ts";
import { addressSpaceOf } from "./spawn-cell.ts";

interface Waiting extends PendingRun {
  readonly resolve: (result: RunResult) => void;
}

const WATCH_MS = 50;
const PAUSE_MS = 250;
/** One tenant's lone suspects may have one cell in so many. */
const ALONE_SHARE = 3;

/**
 * The cells of one worker: which cell runs what, and what happens when one is lost.
 *
 *   P1 A cell serves one tenant for its whole life.
 *   P2 A run is answered once: by its cell, or by the pool when its cell was lost and it was to blame.
 *   P3 When nobody can say who killed a cell, its runs begin again among themselves, away from new ones; those that
 *      are in a second cell that dies begin again alone: who is alone in a cell that dies is guilty.
 *   P4 A version that took a cell with it starts among suspects for a while, and a tenant has few cells with a lone
 *      suspect at once: its poisonous events wait for one another, and nobody else waits for them.
 *   P5 Cells that end before they have started are replaced ever more slowly.
 */
export class CellPool implements CellEvents {
  readonly #options: CellPoolOptions;
  readonly #cells = new Set<CellProcess>();
  readonly #queue: Waiting[] = [];
  readonly #convicts = new Convicts();
  readonly #backoff = new SpawnBackoff();
  readonly #provisions: Provisions;
  readonly #watch: NodeJS.Timeout;
  #stopped = false;
  #checkedAt: number;
  #spawned = 0;

  constructor(options: CellPoolOptions) {
    this.#options = options;
    this.#checkedAt = options.now();
    const newCell = (tenant: string): CellProcess | undefined => this.#claimCell(tenant, "none");
    this.#provisions = new Provisions({ ...options, cells: () => this.#cells, newCell });
    this.#watch = setInterval(() => this.#check(), WATCH_MS);
    this.#watch.unref();
    this.#keepSpares();
  }

  /** Resolves when the spare cells are ready to take work. */
  async ready(): Promise<void> {
    await Promise.all([...this.#cells].map((cell) => cell.ready));
  }

  /** Runs an event; never rejects. */
  run(request: RunRequest): Promise<RunResult> {
    return new Promise((resolve) => {
      const quarantine = this.#convicts.has(request.version.key, this.#options.now()) ? "suspects" : "none";
      this.#place({ request, quarantine, reruns: 0, startedAt: 0, deadline: undefined, resolve });
    });
  }

  /** The caller of a run went away: the guest is told, and the run goes on. @returns false when there is no such run */
  abandon(invocationId: string): boolean {
    const waiting = this.#queue.find((run) => run.request.invocationId === invocationId);
    if (waiting !== undefined) waiting.abandoned = true;
    if (waiting !== undefined) return true;
    for (const cell of this.#cells) if (cell.abandon(invocationId)) return true;
    return false;
  }

  /** Environments that shall be ready at all times, from now on these and no others. */
  provision(targets: readonly ProvisionTarget[]): void {
    if (!this.#stopped) this.#provisions.set(targets);
  }

  /** What has become of them, by version key. */
  provisioned(): ReadonlyMap<string, ProvisionReport> {
    return this.#provisions.report();
  }

  get stats(): { readonly cells: number; readonly isolates: number; readonly waiting: number } {
    let isolates = 0;
    for (const cell of this.#cells) isolates += cell.isolates;
    return { cells: this.#cells.size, isolates, waiting: this.#queue.length };
  }

  /** Version keys that have a warm isolate. */
  warmVersions(): Set<string> {
    const keys = new Set<string>();
    for (const cell of this.#cells) if (!cell.retiring) for (const key of cell.warm.keys()) keys.add(key);
    return keys;
  }

  /** Process ids of the cells, for operators and tests. */
  pids(): number[] {
    return [...this.#cells].flatMap((cell) => (cell.pid === undefined ? [] : [cell.pid]));
  }

  /** Kills every cell, and waits until the processes are gone; runs still open are answered as lost. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#watch);
    const cells = [...this.#cells];
    for (const cell of cells) cell.kill("crash", { expected: true });
    await allEnded(cells.map((cell) => cell.ended));
  }

  done(cell: CellProcess, run: PendingRun, head: DoneHead, result: Buffer | FunctionError): void {
    const payload = Buffer.isBuffer(result) ? result : Buffer.alloc(0);
    this.#settle(run, {
      payload,
      error: Buffer.isBuffer(result) ? null : result,
      durationMs: head.durationMs,
      initMs: head.initMs,
      maxMemoryMb: head.memoryMb,
      startedAt: head.startedAt,
      logs: head.logs,
      reruns: run.reruns,
    });
    if (cell.runs === 0 && (cell.retiring || cell.quarantine === "alone")) cell.kill("crash", { expected: true });
    if (this.#queue.length > 0) this.#drainQueue();
  }

  status(_cell: CellProcess): void {
    this.#options.onWarmChange?.();
  }

  retired(cell: CellProcess): void {
    this.#restarted(cell, "memory");
    if (cell.runs === 0) cell.kill("memory", { expected: true });
    this.#provisions.lost(cell);
    this.#keepSpares();
  }

  lost(cell: CellProcess, loss: CellLoss): void {
    this.#cells.delete(cell);
    if (!loss.expected) this.#restarted(cell, loss.reason);
    if (!loss.expected && !loss.booted) this.#options.onBootFailure?.(this.#backoff.failed(this.#options.now()));
    const [first] = loss.runs;
    const lone = loss.runs.length === 1 && loss.booted ? first : undefined;
    const guilty = loss.guilty ?? (lone !== undefined && isToBlame(lone, cell.warm.keys(), loss) ? lone : undefined);
    for (const run of loss.runs) {
      if (run === guilty || this.#stopped) this.#blame(run, loss);
      else if (isPastDeadline(run, this.#options.now())) this.#blame(run, { reason: "timeout" });
      else if (run.streamed) this.#settle(run, blame(run, { reason: "crash" }, this.#options.now()));
      else if (!loss.booted) this.#rerun(run, run.quarantine);
      else if (guilty !== undefined) this.#rerun(run, run.quarantine);
      else this.#rerun(run, lone === undefined && run.quarantine === "none" ? "suspects" : "alone");
    }
    if (this.#stopped) return;
    this.#options.onWarmChange?.();
    this.#provisions.lost(cell);
    this.#keepSpares();
    this.#drainQueue();
  }

  #restarted(cell: CellProcess, reason: CellRestart["reason"]): void {
    this.#options.onRestart?.({ tenant: cell.tenant ?? "", reason });
  }

  #blame(run: PendingRun, loss: Pick<CellLoss, "reason" | "memory">): void {
    const now = this.#options.now();
    if (!this.#stopped) this.#convicts.add(run.request.version.key, now);
    this.#settle(run, blame(run, loss, now));
  }

  #rerun(run: PendingRun, quarantine: Quarantine): void {
    const afresh = { startedAt: 0, deadline: undefined, abort: undefined, logBytesLeft: undefined };
    this.#place({ ...(run as Waiting), ...afresh, quarantine, reruns: run.reruns + 1 });
  }

  #settle(run: PendingRun, result: RunResult): void {
    (run as Waiting).resolve(result);
  }

  #place(run: Waiting): void {
    if (this.#stopped) return this.#blame(run, { reason: "crash" });
    const cell = this.#cellFor(run) ?? this.#newCell(run);
    if (cell === undefined) this.#queue.push(run);
    else cell.start(run);
  }

  #drainQueue(): void {
    for (const run of this.#queue.splice(0)) this.#place(run);
  }

  /** Among the tenant's cells with room and of the same quarantine: the readiest first, then the least busy. */
  #cellFor(run: Waiting): CellProcess | undefined {
    const { tenant, key } = run.request.version;
    const { quarantine } = run;
    if (quarantine === "alone") return undefined;
    let best: CellProcess | undefined;
    let bestRank = -1;
    for (const cell of this.#cells) {
      if (cell.tenant !== tenant || cell.retiring || cell.quarantine !== quarantine) continue;
      if (cell.runs >= this.#options.isolatesPerCell) continue;
      const rank = cell.readiness(key);
      if (best === undefined || rank > bestRank || (rank === bestRank && cell.runs < best.runs)) {
        best = cell;
        bestRank = rank;
      }
    }
    return best;
  }

  #newCell(run: Waiting): CellProcess | undefined {
    const { tenant } = run.request.version;
    if (run.quarantine === "alone" && !this.#mayIsolate(tenant)) return undefined;
    return this.#claimCell(tenant, run.quarantine);
  }

  #claimCell(tenant: string, quarantine: Quarantine): CellProcess | undefined {
    const cell = this.#takeSpare();
    if (cell === undefined) return undefined;
    cell.tenant = tenant;
    cell.quarantine = quarantine;
    return cell;
  }

  #mayIsolate(tenant: string): boolean {
    let alone = 0;
    for (const cell of this.#cells) if (cell.tenant === tenant && cell.quarantine === "alone") alone += 1;
    return alone < Math.max(1, Math.floor(this.#options.maxCells / ALONE_SHARE));
  }

  #takeSpare(): CellProcess | undefined {
    let spare: CellProcess | undefined;
    for (const cell of this.#cells) {
      if (cell.tenant !== undefined || cell.retiring) continue;
      spare ??= cell;
      if (!cell.booted) continue;
      spare = cell;
      break;
    }
    const mayStart = !this.#backoff.blocks(this.#options.now());
    spare ??= mayStart && this.#hasRoom() ? this.#spawn() : undefined;
    if (spare !== undefined) queueMicrotask(() => this.#keepSpares());
    return spare;
  }

  #hasRoom(): boolean {
    if (this.#cells.size < this.#options.maxCells) return true;
    for (const cell of this.#cells) {
      if (cell.tenant === undefined || cell.runs > 0 || cell.retiring || cell.provisions.entries.size > 0) continue;
      cell.kill("crash", { expected: true });
      return true;
    }
    return false;
  }

  #keepSpares(): void {
    if (this.#stopped || this.#backoff.blocks(this.#options.now())) return;
    let spares = 0;
    for (const cell of this.#cells) if (cell.tenant === undefined && !cell.retiring) spares += 1;
    while (spares++ < this.#options.spareCells && this.#cells.size < this.#options.maxCells) this.#spawn();
  }

  #spawn(): CellProcess {
    const { prelude, broker, isolatesPerCell, idleMs, parallelism, cellMemoryMb, isolation, now } = this.#options;
    const cellOptions: CellOptions = { maxIsolates: isolatesPerCell, idleMs, parallelism };
    const limits = { rssMb: cellMemoryMb, addressSpaceMb: addressSpaceOf(isolatesPerCell, cellMemoryMb) };
    const number = this.#spawned++;
    const cell = new CellProcess({ prelude, cell: cellOptions, limits, isolation, number, broker, events: this, now });
    this.#cells.add(cell);
    void cell.ready.then(() => {
      if (cell.booted) this.#backoff.succeeded();
    });
    return cell;
  }

  #check(): void {
    const now = this.#options.now();
    // Timers run before sockets are read: after a pause of this process, every cell would seem to have been silent.
    const pausedMs = now - this.#checkedAt - WATCH_MS;
    this.#checkedAt = now;
    if (pausedMs > PAUSE_MS) {
      for (const cell of this.#cells) cell.resume(pausedMs);
      return;
    }
    for (const cell of this.#cells) {
      cell.check();
      const idle =
        cell.tenant !== undefined && cell.runs === 0 && cell.isolates === 0 && cell.provisions.entries.size === 0;
      if (idle && now - cell.idleSince > this.#options.idleMs) cell.kill("crash", { expected: true });
    }
    this.#provisions.keep();
    this.#keepSpares();
    if (this.#queue.length > 0) this.#drainQueue();
  }
}
