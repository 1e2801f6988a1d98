import type { FunctionError } from "@sluice/core";

let initialising = false;
let initError: FunctionError | undefined;

export function beginInit(): void {
  initialising = true;
}

/** Ends initialisation with `error`, whatever the module does next; ignored when it is over already. */
export function failInit(error: FunctionError): void {
  if (initialising) initError ??= error;
}

export function endInit(): void {
  initialising = false;
}

export function initFailure(): FunctionError | undefined {
  return initError;
}
