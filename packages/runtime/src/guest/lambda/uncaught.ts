import { tellProcess } from "../node/process-events.ts";
import { writeLog } from "../console/log.ts";
import { describeError, functionErrorJson } from "./function-error.ts";
import { failInvocation } from "./outcome.ts";
import { runningInvocation } from "./invocation.ts";

/** An error that no user code caught: it fails the running invocation, as it would end Lambda's process. */
export function reportUncaught(thrown: unknown): void {
  const error = describeError(thrown);
  writeLog("ERROR", `Uncaught Exception\t${functionErrorJson(error)}`);
  tellListeners(thrown);
  const invocation = runningInvocation();
  if (invocation !== undefined) failInvocation(invocation, error);
}

/** They may send the error elsewhere; unlike in plain Node, and as on Lambda, listening does not save the invocation. */
function tellListeners(thrown: unknown): void {
  try {
    tellProcess("uncaughtExceptionMonitor", thrown, "uncaughtException");
    tellProcess("uncaughtException", thrown, "uncaughtException");
  } catch (error) {
    writeLog("ERROR", `Uncaught Exception\t${functionErrorJson(describeError(error))}`);
  }
}
