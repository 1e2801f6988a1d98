import { writeLog } from "../console/log.ts";
import { describeError, functionErrorJson } from "./function-error.ts";
import { failInvocation } from "./outcome.ts";
import { runningInvocation } from "./invocation.ts";

/** An error that no user code caught: it fails the running invocation, as it would end Lambda's process. */
export function reportUncaught(thrown: unknown): void {
  const error = describeError(thrown);
  writeLog("ERROR", `Uncaught Exception\t${functionErrorJson(error)}`);
  const invocation = runningInvocation();
  if (invocation !== undefined) failInvocation(invocation, error);
}
