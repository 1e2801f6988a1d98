import type { CellExitReason, FunctionError } from "@sluice/core";
import type { DoneHead } from "../cell-protocol.ts";
import type { CellProcess } from "./cell-process.ts";
import type { MemoryOverrun } from "./cell-memory.ts";
import type { RunRequest } from "./run.ts";

/**
 * How far a run is kept from others: not at all; in a cell with other suspects, because one of them killed the last
 * one; in a cell of its own, because that happened to it again.
 */
export type Quarantine = "none" | "suspects" | "alone";

/** One run inside a cell, until DONE or the end of the cell. */
export interface PendingRun {
  readonly request: RunRequest;
  readonly quarantine: Quarantine;
  readonly reruns: number;
  /** Epoch milliseconds of STARTED; 0 before. */
  startedAt: number;
  /** A piece of its response went out: to begin it again would send that twice. */
  streamed?: true;
  /** Its caller went away. */
  abandoned?: true;
  deadline: NodeJS.Timeout | undefined;
  /** Ends its host calls with it; made when it makes the first. */
  abort?: AbortController | undefined;
  /** Log text that it may still write, where it has written any. */
  logBytesLeft?: number | undefined;
}

export interface CellEvents {
  done(cell: CellProcess, run: PendingRun, head: DoneHead, result: Buffer | FunctionError): void;
  status(cell: CellProcess): void;
  /** The cell takes no new runs; what runs may finish. */
  retired(cell: CellProcess): void;
  /** The process is gone with these runs. `guilty` when it is known which one was to blame. */
  lost(cell: CellProcess, loss: CellLoss): void;
}

/** Why a cell was ended. */
export interface CellEnd {
  readonly reason: CellExitReason;
  readonly guilty: PendingRun | undefined;
  /** Set when resident memory is why it was killed. */
  readonly memory?: MemoryOverrun | undefined;
}

export interface CellLoss extends CellEnd {
  readonly runs: readonly PendingRun[];
  /** Nothing went wrong: the pool asked it to go. */
  readonly expected: boolean;
  /** It had come so far as to take work. */
  readonly booted: boolean;
}
