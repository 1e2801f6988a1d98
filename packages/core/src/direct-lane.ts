import type { InvocationSource } from "./invocation.ts";
import type { FunctionError } from "./invocation-outcome.ts";
import type { ErrorCode } from "./error-codes.ts";

/**
 * What gateway and worker say to each other on a direct-lane connection (frames of `frame.ts`).
 *
 *   gateway → worker   HELLO   id = 0, head = the token of the worker's lease; first of all
 *                      CALL    id = call, head = CallHead, body = event JSON
 *                      TAKEN   id = call, head = "" when one CHUNK was taken, else the code of a StreamEnded
 *                      CANCEL  id = call, head = id of the invocation: its caller went away. It goes on, and is answered
 *   worker → gateway   RESULT  id = call, head = ResultHead, body = payload JSON (empty when the attempt failed)
 *                      CHUNK   id = call, head = StreamHead JSON or "", body = a piece of a streamed response; each is answered
 *                              by TAKEN, in order, which is the guest's backpressure; RESULT follows the last one
 *                      REFUSE  id = call, head = RefuseHead: the call never started, another worker may be asked
 *                      STATUS  id = 0,    head = WorkerStatus: sent on connect and whenever it changed
 */
export const DIRECT_LANE = {
  hello: 5,
  call: 1,
  result: 2,
  refuse: 3,
  status: 4,
  chunk: 6,
  taken: 7,
  cancel: 8,
} as const;

/** Largest frame either side accepts: a 6 MiB payload and its head. */
export const DIRECT_LANE_FRAME_BYTES_MAX = 8 * 1024 * 1024;

export interface CallHead {
  readonly id: string;
  readonly tenant: string;
  readonly function: string;
  readonly qualifier: string;
  readonly source: InvocationSource;
  readonly trigger: string;
  readonly acceptedAt: number;
  readonly lineage?: string | undefined;
  /** Ask for the log lines with the result (LogType Tail). */
  readonly logs?: boolean;
  /** The caller takes a streamed response piece by piece; otherwise the worker collects it. */
  readonly streams?: boolean;
  /** JSON text. */
  readonly clientContext?: string;
}

export interface ResultHead {
  readonly version: string;
  readonly error?: FunctionError;
  /** Formatted log lines; set when the call asked for them. */
  readonly logs?: readonly string[];
}

export interface RefuseHead {
  readonly code: ErrorCode;
  readonly message: string;
}

export interface WorkerStatus {
  readonly capacity: number;
  readonly inFlight: number;
  readonly draining: boolean;
  /** Function keys (`tenant.name`) that have a warm isolate. */
  readonly warm: readonly string[];
  /** Provisioned environments that are ready, by `tenant.name@qualifier`; absent when there are none. */
  readonly provisioned?: Readonly<Record<string, number>>;
}
