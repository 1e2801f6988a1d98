import type { CallerContext, GuestContext } from "@sluice/core";
import { LogBudget } from "../console/log-budget.ts";
import { domException, loadAbort } from "../lazy.ts";
import type { AbortController, AbortSignal } from "../web/abort.ts";

/** One run of the handler, from its claim to its result. */
export class Invocation {
  readonly seq: number;
  readonly requestId: string;
  readonly deadlineMs: number;
  readonly caller: CallerContext;
  readonly logs: LogBudget;
  settled = false;
  #abandoned: boolean;
  #controller: AbortController | undefined;

  constructor(seq: number, context: GuestContext, abandoned: boolean) {
    this.seq = seq;
    this.requestId = context.awsRequestId;
    this.deadlineMs = context.deadlineMs;
    this.caller = context;
    this.logs = new LogBudget(seq);
    this.#abandoned = abandoned || context.abandoned === true;
  }

  /** Aborts when the caller goes away; made when it is asked for. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new (loadAbort().AbortController)();
      if (this.#abandoned) this.abandon();
    }
    return this.#controller.signal;
  }

  /** Nobody waits for the result any more; the handler decides what that means to it. */
  abandon(): void {
    this.#abandoned = true;
    this.#controller?.abort(domException("The caller went away", "AbortError"));
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
