import type { FunctionError } from "@sluice/core";
import type { SandboxEnd } from "../seam.ts";
import type { Call } from "./call.ts";
import type { Environment } from "./environment.ts";

/** What an environment tells the pool that it belongs to. */
export interface EnvironmentSink {
  finished(environment: Environment, result: EnvironmentResult): void;
  /** The isolate is gone: `guilty` ran when it went, `innocent` had not begun. */
  ended(environment: Environment, end: EnvironmentEnd): void;
  hostCall(environment: Environment, request: HostCallRequest): void;
}

export interface EnvironmentResult {
  readonly call: Call;
  readonly ok: boolean;
  readonly json: string;
  /** How long the isolate was taken: CPU time of a call that did not wait, else all its time. */
  readonly costMs: number;
}

export interface EnvironmentEnd {
  readonly reason: SandboxEnd;
  readonly guilty: { readonly call: Call; readonly error: FunctionError } | undefined;
  readonly innocent: readonly Call[];
  readonly memoryMb: number;
}

export interface HostCallRequest {
  /** The call that runs; 0 while the module loads. */
  readonly call: number;
  readonly id: number;
  readonly op: number;
  readonly text: string;
  readonly bytes: ArrayBuffer | undefined;
}
