import { type FunctionError, SANDBOX_ERROR_TYPES } from "@sluice/core";

/** What the function may use, in MiB; set before its code runs. */
let limitMb = 0;
let verdict: ((error: FunctionError) => FunctionError) | undefined;

export function setMemoryLimit(memoryMb: number): void {
  limitMb = memoryMb;
}

export function memoryLimitMb(): number {
  return limitMb;
}

/** What watches memory that V8's heap limit does not count may say that an error is in truth a lack of it. */
export function judgeErrorsBy(judge: (error: FunctionError) => FunctionError): void {
  verdict = judge;
}

export function judged(error: FunctionError): FunctionError {
  return verdict === undefined ? error : verdict(error);
}

export function outOfMemory(reason: string, trace: readonly string[]): FunctionError {
  return {
    errorType: SANDBOX_ERROR_TYPES.outOfMemory,
    errorMessage: `${reason} (limit ${limitMb} MB)`,
    trace,
    explanation: `The function used more than memoryMb ${limitMb}: raise it in sluice.yaml, or hold less at once.`,
  };
}
