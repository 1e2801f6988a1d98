import { type FunctionError, LIMITS, SANDBOX_ERROR_TYPES } from "@sluice/core";
import type { SandboxEnd, SandboxOptions } from "../seam.ts";

const FRAMES_MAX = 50;

/**
 * What isolated-vm's own words mean; it has no codes. The words of an error that the guest made are not believed: while
 * the isolate lives, only the exact text of V8's timeout is ours, and a guest gains nothing by forging that one.
 *
 * @returns undefined for an error of the guest's: a promise of its that nobody handled
 */
export function endOf(error: unknown, disposed: boolean): SandboxEnd | undefined {
  const message = messageOf(error);
  if (message === "Script execution timed out.") return "timeout";
  if (!disposed) return undefined;
  return message.includes("memory limit") ? "memory" : "disposed";
}

export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message).slice(0, LIMITS.errorTextChars) : "unknown error";
  } catch {
    return "unknown error";
  }
}

/** The lines of an error's stack that lie in the function's code: the others are the host's own. */
export function codeFramesOf(error: unknown, file: string): string[] {
  try {
    const stack = error instanceof Error && typeof error.stack === "string" ? error.stack : "";
    const lines = stack.slice(0, LIMITS.errorTextChars).split("\n");
    return lines.filter((line) => line.startsWith("    at ") && line.includes(file)).slice(0, FRAMES_MAX);
  } catch {
    return [];
  }
}

/** Why a module could not be loaded, as FunctionError JSON. */
export function startError(
  end: SandboxEnd | undefined,
  message: string,
  options: Pick<SandboxOptions, "initTimeoutMs" | "memoryMb">,
  frames: readonly string[] = [],
): string {
  if (end === "timeout") {
    const place = frames[0] === undefined ? "" : ` It was ${frames[0].trim()}.`;
    return functionError(
      SANDBOX_ERROR_TYPES.timedOut,
      `Init timed out after ${(options.initTimeoutMs / 1000).toFixed(2)} seconds`,
      `The module's top-level code did not finish within the init limit of ${options.initTimeoutMs} ms; move slow ` +
        `work into the handler.${place}`,
      frames,
    );
  }
  if (end === "memory" || end === "catastrophe") {
    return functionError(
      SANDBOX_ERROR_TYPES.outOfMemory,
      `The module used more than ${options.memoryMb} MB while it loaded`,
      "Raise 'memoryMb' in sluice.yaml, or load less at the top level.",
    );
  }
  return functionError(SANDBOX_ERROR_TYPES.exited, message);
}

export function functionError(
  errorType: string,
  errorMessage: string,
  explanation?: string,
  trace: readonly string[] = [],
): string {
  const error: FunctionError = {
    errorType,
    errorMessage,
    trace,
    ...(explanation === undefined ? {} : { explanation }),
  };
  return JSON.stringify(error);
}
