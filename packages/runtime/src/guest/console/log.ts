import { runningInvocation } from "../lambda/invocation.ts";
import { LogBudget, type LogLevel } from "./log-budget.ts";

let outside = new LogBudget(0);

/** Writes to the log of the running invocation, or to the function's log when none runs. */
export function writeLog(level: LogLevel, message: string): void {
  (runningInvocation()?.logs ?? outside).write(level, message);
}

/** Called where an invocation begins: what was written between two invocations has a budget of its own. */
export function closeOutsideLog(): void {
  outside.close();
  outside = new LogBudget(0);
}
