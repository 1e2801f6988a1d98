import { type CallerContext, type GuestSettings, LIMITS, type LogLine } from "@sluice/core";

/**
 * What the worker's parent process and a cell say to each other (frames of `@sluice/core`).
 *
 *   parent → cell   HELLO    head = CellOptions, body = prelude script
 *                   DEFINE   id = definition, head = Definition, body = code
 *                   FORGET   id = definition: it will not be called by this number again
 *                   INVOKE   id = call, head = InvokeHead, body = event JSON
 *                   ABANDON  id = call: its caller went away; it goes on
 *                   PROVISION id = definition, head = number: keep so many isolates of it ready
 *                   REPLY    id = host call, head = text, body = bytes
 *                   FAIL     id = host call, head = HostCallFailure JSON
 *   cell → parent   READY    the prelude is compiled, calls may come
 *                   STARTED  id = call: runs, and has not finished at once
 *                   DONE     id = call, head = DoneHead, body = payload, or FunctionError JSON
 *                   LOGS     id = call, head = [at, level, message][]: lines of a call that goes on
 *                   HOSTCALL id = host call, head = HostCallHead, body = text bytes then binary bytes
 *                   STATUS   head = CellStatus: warm isolates changed; also the heartbeat while calls run
 *                   GONE     id = environment: an isolate that made host calls is no more
 *                   BROKEN   head = CellBroken: this cell must be retired; `kill` when it cannot stop by itself
 */
export const TO_CELL = {
  hello: 1,
  define: 2,
  forget: 3,
  invoke: 4,
  reply: 5,
  fail: 6,
  abandon: 7,
  provision: 8,
} as const;
export const FROM_CELL = {
  ready: 1,
  started: 2,
  done: 3,
  logs: 4,
  hostCall: 5,
  status: 6,
  broken: 7,
  gone: 8,
} as const;

/** Largest frame that a cell may send: a 32 MiB fetch body and its head. */
export const FROM_CELL_BYTES_MAX = 36 * 1024 * 1024;

/** Largest frame that a cell accepts: the code of a function, and its head. */
export const TO_CELL_BYTES_MAX = LIMITS.codeBytesMax + 1024 * 1024;

/** One guest can have this many host calls open at the most; its prelude keeps to fewer. */
export const HOST_CALLS_OPEN_MAX = 512;

export interface CellOptions {
  readonly maxIsolates: number;
  /** An isolate idle for longer is disposed. */
  readonly idleMs: number;
  /** Isolates of one version that are made at once. */
  readonly parallelism: number;
}

export interface Definition {
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly initTimeoutMs: number;
  readonly settings: GuestSettings;
}

export interface InvokeHead {
  readonly definition: number;
  readonly invocationId: string;
  readonly caller?: CallerContext;
}

export type WireLogLine = readonly [at: number, level: LogLine["level"], message: string];

export interface DoneHead {
  readonly ok: boolean;
  readonly durationMs: number;
  /** Set when this call waited for its isolate to be made. */
  readonly initMs: number | null;
  readonly memoryMb: number;
  readonly logs: readonly WireLogLine[];
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

export interface HostCallHead {
  readonly op: number;
  readonly definition: number;
  /** The isolate, by a number that this cell never gives to another one. */
  readonly environment: number;
  /** Call that runs in the isolate. */
  readonly call: number;
  readonly textBytes: number;
}

export interface CellStatus {
  readonly isolates: number;
  /** Warm isolates by definition. */
  readonly warm: Readonly<Record<string, number>>;
  /** Provisioned isolates by definition: how many are ready, and why the last one could not be made, or "". */
  readonly provisioned: Readonly<Record<string, readonly [ready: number, failure: string]>>;
}

export interface CellBroken {
  readonly reason: "timeout" | "memory" | "protocol";
  readonly kill: boolean;
  /** The call to blame, when known. */
  readonly call: number | null;
}
