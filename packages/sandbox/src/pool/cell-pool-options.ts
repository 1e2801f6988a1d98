import type { Isolation } from "./isolation.ts";
import type { Broker, CellRestart } from "./run.ts";

export interface CellPoolOptions {
  /** The guest runtime, as text of a GuestRuntime. */
  readonly prelude: string;
  readonly broker: Broker;
  readonly maxCells: number;
  /** Blank cells kept ready, so that a new tenant or a killed cell costs nobody a process start. */
  readonly spareCells: number;
  readonly isolatesPerCell: number;
  readonly cellMemoryMb: number;
  /** An isolate, and then a cell, idle for longer goes. */
  readonly idleMs: number;
  /** Isolates of one version that are made at once: the number of cores. */
  readonly parallelism: number;
  /** What keeps cells in, besides being processes (`detectIsolation`). */
  readonly isolation: Isolation;
  /** A cell ended before it could take work; the next one is tried after a while. */
  readonly onBootFailure?: (retryInMs: number) => void;
  readonly onRestart?: (restart: CellRestart) => void;
  /** Warm versions changed. */
  readonly onWarmChange?: () => void;
  readonly now: () => number;
}
