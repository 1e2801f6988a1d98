import { type FunctionError, SANDBOX_ERROR_TYPES } from "@sluice/core";
import type { Definition } from "../cell-protocol.ts";
import type { SandboxEnd } from "../seam.ts";

/** What was known of a run at its deadline. */
export interface TimeoutFacts {
  /** CPU used until the wall deadline; undefined when V8 itself found the code running. */
  readonly cpuMs?: number | undefined;
  /** Stack frames of the code that ran, innermost first. */
  readonly frames?: readonly string[];
  /** What it had asked for and not got, such as `2 × http.fetch`. */
  readonly waitsFor?: readonly string[];
  /** V8 could not stop the code, so that the process was ended. */
  readonly uninterruptible?: boolean;
}

/** Resident memory of the process against its limit; or V8's own heap limit; or not known. */
export type MemoryFacts =
  | { readonly residentMb: number; readonly limitMb: number }
  | "heap"
  | "heap, inside one operation"
  | "unknown";

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
  /** Set when the wall deadline had passed. */
  readonly expired: TimeoutFacts | undefined;
  readonly frames: readonly string[];
  readonly rejection: Rejection | undefined;
}): FunctionError {
  const { reason, invocationId, definition, expired, frames, rejection } = params;
  if (rejection !== undefined) return unhandled(rejection);
  if (reason === "timeout") return timedOut(invocationId, definition, { frames });
  if (reason === "disposed" && expired !== undefined) {
    return timedOut(invocationId, definition, { ...expired, frames });
  }
  if (reason === "memory") return outOfMemory(invocationId, definition, "heap");
  if (reason === "catastrophe") return outOfMemory(invocationId, definition, "heap, inside one operation");
  if (reason === "broken") return crashed(invocationId, definition);
  return exited(invocationId, "The isolate ended and nobody knows why. Look at the worker's log at this time.");
}

function unhandled({ message, trace }: Rejection): FunctionError {
  return {
    errorType: SANDBOX_ERROR_TYPES.unhandledRejection,
    errorMessage: message,
    trace,
    explanation: "A promise was rejected and nothing awaited or caught it: await it, or add a catch.",
  };
}

export function timedOut(invocationId: string, definition: Definition, facts: TimeoutFacts): FunctionError {
  const seconds = (definition.timeoutMs / 1000).toFixed(2);
  const errorMessage = `RequestId: ${invocationId} Error: Task timed out after ${seconds} seconds`;
  return {
    errorType: SANDBOX_ERROR_TYPES.timedOut,
    errorMessage,
    trace: [...(facts.frames ?? [])],
    explanation: whyTimedOut(definition, facts),
  };
}

function whyTimedOut({ timeoutMs }: Definition, facts: TimeoutFacts): string {
  const { cpuMs, frames = [], waitsFor = [], uninterruptible = false } = facts;
  const limit = `limit: timeoutMs ${timeoutMs}, wall-clock time`;
  if (uninterruptible) {
    return (
      `The handler kept the CPU busy in one operation of the engine that cannot be interrupted (${limit}), so its ` +
      "process was ended: look for arithmetic on huge BigInts, or a built-in method over a huge array or string."
    );
  }
  if (cpuMs === undefined || cpuMs > timeoutMs / 2) {
    const place = frames[0] === undefined ? "" : ` It was ${frames[0].trim()}.`;
    const cpu = cpuMs === undefined ? "" : `, of which ${Math.round(cpuMs)} ms CPU time`;
    return `The handler kept the CPU busy until the deadline (${limit}${cpu}): look for a loop that does not end.${place}`;
  }
  const used = `The handler used ${Math.round(cpuMs)} ms of CPU time and waited for the rest (${limit})`;
  return waitsFor.length === 0
    ? `${used}, with no call to the outside and no timer open: look for a promise that never settles.`
    : `${used}; open at the end: ${waitsFor.join(", ")}. Give slow calls a timeout of their own, or raise timeoutMs.`;
}

export function outOfMemory(
  invocationId: string,
  { memoryMb }: Pick<Definition, "memoryMb">,
  facts: MemoryFacts,
): FunctionError {
  return {
    errorType: SANDBOX_ERROR_TYPES.outOfMemory,
    errorMessage: `RequestId: ${invocationId} Error: Runtime exited: out of memory (limit ${memoryMb} MB)`,
    trace: [],
    explanation: `${whyOutOfMemory(memoryMb, facts)} Raise memoryMb in sluice.yaml, or hold less at once.`,
  };
}

function whyOutOfMemory(memoryMb: number, facts: MemoryFacts): string {
  if (facts === "heap") return `JavaScript objects filled V8's heap up to memoryMb ${memoryMb}.`;
  if (facts === "heap, inside one operation") {
    return `One operation asked for more heap than memoryMb ${memoryMb} leaves, and V8 could not go on.`;
  }
  if (facts === "unknown") return `The system ended the process for want of memory (memoryMb ${memoryMb}).`;
  return (
    `The function's process held ${facts.residentMb} MB where its functions may use ${facts.limitMb} MB together ` +
    `(memoryMb ${memoryMb} and what the engine needs). V8's heap was within its limit, so it is native memory: ` +
    "ArrayBuffers, WebAssembly or very long strings."
  );
}

/** The process ended under the invocation, and it alone can be to blame. */
export function crashed(invocationId: string, { memoryMb }: Pick<Definition, "memoryMb">): FunctionError {
  return exited(
    invocationId,
    `The JavaScript engine itself gave up under this invocation, most often because of one very large string, array or ` +
      `buffer (memoryMb ${memoryMb}). It was run alone in a fresh process, which ended as well.`,
  );
}

function exited(invocationId: string, explanation: string): FunctionError {
  return {
    errorType: SANDBOX_ERROR_TYPES.exited,
    errorMessage: `RequestId: ${invocationId} Error: Runtime exited without providing a reason`,
    trace: [],
    explanation,
  };
}
