import type { CallerContext, CellExitReason, FunctionError, TakeChunk } from "@sluice/core";
import type { Definition, WireLogLine } from "../cell-protocol.ts";

/** A function version as the pool needs it. */
export interface VersionSpec {
  /** `tenant.name@version` */
  readonly key: string;
  readonly tenant: string;
  readonly definition: Definition;
  /** Bundled CommonJS body, asked for when a cell has not seen the version yet. */
  readonly loadCode: () => Promise<Uint8Array>;
}

export interface RunRequest {
  readonly version: VersionSpec;
  readonly invocationId: string;
  /** JSON text. */
  readonly event: Uint8Array | string;
  readonly caller?: CallerContext | undefined;
  /** Lines of a run that goes on; the rest come with the result. */
  readonly onLogs?: (lines: readonly WireLogLine[]) => void;
  /** Takes a streamed response. A run of which something was taken is not begun again. Absent: none is taken. */
  readonly take?: TakeChunk;
}

export interface RunResult {
  /** JSON text; empty when `error` is set. */
  readonly payload: Buffer;
  readonly error: FunctionError | null;
  readonly durationMs: number;
  /** Set on a cold start. */
  readonly initMs: number | null;
  readonly maxMemoryMb: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly logs: readonly WireLogLine[];
  /** Times this run was begun again because its cell was lost through no fault of its own. */
  readonly reruns: number;
}

/** A guest's call that leaves the cell. `invocationId` is empty when the invocation has ended meanwhile. */
export interface BrokerCall {
  readonly version: VersionSpec;
  readonly invocationId: string;
  readonly op: number;
  readonly text: string;
  readonly bytes: Uint8Array;
  /** Aborts when the run has ended or its cell is gone. */
  readonly signal: AbortSignal;
  /** Stands for the isolate that asks, over all its invocations; aborts when it is gone. */
  readonly environment: AbortSignal;
}

export type BrokerReply =
  | { readonly ok: true; readonly text: string; readonly bytes?: Uint8Array }
  | { readonly ok: false; readonly name: string; readonly message: string; readonly code: string };

/** Answers guests' host calls; never rejects. */
export type Broker = (call: BrokerCall) => Promise<BrokerReply>;

export interface CellRestart {
  readonly tenant: string;
  readonly reason: CellExitReason;
}
