import {
  type AsyncRule,
  type Claim,
  decideRetry,
  DEFAULT_ASYNC_RULE,
  type FunctionError,
  isTooOld,
  type PlatformError,
  type RetryPolicy,
  SANDBOX_ERROR_TYPES,
  type Verdict,
  type VerdictError,
} from "@sluice/core";
import type { Execution, Executor } from "./executor.ts";
import type { FunctionCache, Journal } from "@sluice/store";

export interface QueuedLaneOptions {
  readonly executor: Pick<Executor, "execute">;
  readonly functions: Pick<FunctionCache, "get">;
  readonly journal: Pick<Journal, "fact">;
  readonly now: () => number;
}

/** How long a claim waits before another worker, or this one, may try again what had no room. */
const RELEASE_MS = 250;
/** After a fault of ours (registry or code not to be had), which others are likely to meet as well. */
const FAULT_RELEASE_MS = 2_000;

/** Turns a claimed event into a run, and the run's end into what becomes of the event. */
export class QueuedLane {
  readonly #options: QueuedLaneOptions;

  constructor(options: QueuedLaneOptions) {
    this.#options = options;
  }

  /** Never rejects: every ending is a verdict. */
  async handle(claim: Claim): Promise<Verdict> {
    const { functions, executor, now } = this.#options;
    const { event, ...invocation } = claim.invocation;
    const ref = { tenant: invocation.tenant, name: invocation.function };
    let rule = DEFAULT_ASYNC_RULE;
    try {
      rule = (await functions.get(ref, invocation.qualifier))?.rule ?? rule;
      if (isTooOld(rule.retry, invocation.acceptedAt, now())) return this.#tooOld(claim);
    } catch {
      return { kind: "release", delayMs: FAULT_RELEASE_MS };
    }
    const execution = await executor.execute({
      invocation,
      event,
      lane: "queued",
      attempt: claim.attempt,
      queueWaitMs: Math.max(0, now() - claim.dueAt),
      redelivered: claim.redelivered,
    });
    return this.#verdict(claim, execution, rule);
  }

  #verdict(claim: Claim, execution: Execution, rule: AsyncRule): Verdict {
    if (execution.kind === "refused") return this.#refused(claim, execution.error);
    if (execution.error === null) return { kind: "complete", result: execution.payload.toString() };
    // Our own store failed the function, not the function itself: no attempt is spent.
    if (execution.error.errorType === "Artifact.Corrupt") return { kind: "release", delayMs: FAULT_RELEASE_MS };
    return this.#failed(claim, execution.error, rule.retry);
  }

  #refused(claim: Claim, error: PlatformError): Verdict {
    if (error.code === "Capacity.Exhausted" || error.code === "Capacity.FunctionLimit") {
      return { kind: "release", delayMs: RELEASE_MS };
    }
    if (error.code === "Function.NotFound" || error.code === "Function.VersionNotFound") {
      return this.#deadLetter(claim, "FunctionNotFound", { errorType: error.code, errorMessage: error.message });
    }
    return { kind: "release", delayMs: FAULT_RELEASE_MS };
  }

  #failed(claim: Claim, error: FunctionError, policy: RetryPolicy): Verdict {
    const { invocation, attempt } = claim;
    const { now, journal } = this.#options;
    const decision = decideRetry({ policy, attempt, acceptedAt: invocation.acceptedAt, now: now() });
    const { errorType, errorMessage } = error;
    if (decision.kind === "dead-letter") return this.#deadLetter(claim, decision.reason, { errorType, errorMessage });
    const { delayMs } = decision;
    journal.fact({
      at: now(),
      tenant: invocation.tenant,
      function: invocation.function,
      type: "retried",
      attempt,
      delayMs,
    });
    return { kind: "retry", delayMs, error: { errorType, errorMessage } };
  }

  #tooOld(claim: Claim): Verdict {
    const error = {
      errorType: SANDBOX_ERROR_TYPES.tooOld,
      errorMessage: "The event waited longer than its maximum age",
    };
    return this.#deadLetter(claim, "EventAgeExceeded", error);
  }

  #deadLetter(claim: Claim, reason: string, error: VerdictError): Verdict {
    const { tenant, function: name } = claim.invocation;
    this.#options.journal.fact({ at: this.#options.now(), tenant, function: name, type: "dead-lettered", reason });
    return { kind: "dead-letter", reason, error };
  }
}
