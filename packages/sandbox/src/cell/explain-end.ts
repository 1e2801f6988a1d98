import { type FunctionError, SANDBOX_ERROR_TYPES } from "@sluice/core";
import type { Definition } from "../cell-protocol.ts";
import type { SandboxEnd } from "../seam.ts";

/** A promise of the guest's was rejected and nobody handled it. */
export interface Rejection {
  readonly message: string;
  readonly trace: readonly string[];
}

/** Names a forced end as the invocation's error and says which limit was met (texts of the first part: Lambda's own). */
export function explainEnd(params: {
  readonly reason: SandboxEnd;
  readonly invocationId: string;
  readonly definition: Definition;
  /** CPU used until the wall deadline; undefined when it was not the deadline that ended it. */
  readonly cpuMs: number | undefined;
  readonly rejection: Rejection | undefined;
}): FunctionError {
  const { reason, invocationId, definition, cpuMs, rejection } = params;
  if (rejection !== undefined) return unhandled(rejection);
  if (reason === "timeout") return timedOut(invocationId, definition, undefined);
  if (reason === "disposed" && cpuMs !== undefined) return timedOut(invocationId, definition, cpuMs);
  if (reason === "memory" || reason === "catastrophe") return outOfMemory(invocationId, definition);
  return {
    errorType: SANDBOX_ERROR_TYPES.exited,
    errorMessage: `RequestId: ${invocationId} Error: Runtime exited without providing a reason`,
    trace: [],
  };
}

function unhandled({ message, trace }: Rejection): FunctionError {
  return {
    errorType: SANDBOX_ERROR_TYPES.unhandledRejection,
    errorMessage: message,
    trace,
    explanation: "A promise was rejected and nothing awaited or caught it: await it, or add a catch.",
  };
}

export function timedOut(invocationId: string, definition: Definition, cpuMs: number | undefined): FunctionError {
  const seconds = (definition.timeoutMs / 1000).toFixed(2);
  const limit = `limit: timeoutMs ${definition.timeoutMs}`;
  const busy = cpuMs === undefined || cpuMs > definition.timeoutMs / 2;
  const explanation = busy
    ? `The handler kept the CPU busy until the wall-clock deadline (${limit}): look for a loop that does not end.`
    : `The handler used ${Math.round(cpuMs)} ms of CPU and waited for the rest (${limit}): look for a promise that never settles or a slow call.`;
  return {
    errorType: SANDBOX_ERROR_TYPES.timedOut,
    errorMessage: `RequestId: ${invocationId} Error: Task timed out after ${seconds} seconds`,
    trace: [],
    explanation,
  };
}

export function outOfMemory(invocationId: string, definition: Pick<Definition, "memoryMb">): FunctionError {
  return {
    errorType: SANDBOX_ERROR_TYPES.outOfMemory,
    errorMessage: `RequestId: ${invocationId} Error: Runtime exited: out of memory (limit ${definition.memoryMb} MB)`,
    trace: [],
    explanation: `The function used more than memoryMb ${definition.memoryMb}: raise it in sluice.yaml, or hold less at once.`,
  };
}

/** The process ended under the invocation, and it alone can be to blame. */
export function crashed(invocationId: string): FunctionError {
  return {
    errorType: SANDBOX_ERROR_TYPES.exited,
    errorMessage: `RequestId: ${invocationId} Error: Runtime exited without providing a reason`,
    trace: [],
    explanation:
      "The JavaScript engine itself gave up, most often because of one very large string, array or buffer. The same event run alone failed again.",
  };
}
