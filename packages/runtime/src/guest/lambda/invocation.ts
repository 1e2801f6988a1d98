import { LogBudget } from "../console/log-budget.ts";

/** One run of the handler, from its claim to its result. */
export class Invocation {
  readonly seq: number;
  readonly requestId: string;
  readonly deadlineMs: number;
  readonly logs: LogBudget;
  settled = false;

  constructor(seq: number, requestId: string, deadlineMs: number) {
    this.seq = seq;
    this.requestId = requestId;
    this.deadlineMs = deadlineMs;
    this.logs = new LogBudget(seq);
  }
}

let running: Invocation | undefined;

/** The invocation that runs now. Invocations run one at a time, so there is at most one. */
export function runningInvocation(): Invocation | undefined {
  return running;
}

export function setRunningInvocation(invocation: Invocation | undefined): void {
  running = invocation;
}
