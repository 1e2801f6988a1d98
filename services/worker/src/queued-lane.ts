import {
  type Claim,
  decideRetry,
  DEFAULT_RETRY_POLICY,
  type EndingCondition,
  type EventEnding,
  type FunctionError,
  isTooOld,
  type PlatformError,
  type RetryPolicy,
  SANDBOX_ERROR_TYPES,
  throttleDelayMs,
  type Verdict,
  type VerdictError,
} from "@sluice/core";
import type { FunctionCache, FunctionTarget, Journal } from "@sluice/store";
import { endingOf, stillHolds } from "./destinations/ending.ts";
import type { Farewell } from "./destinations/farewell.ts";
import type { Execution, Executor } from "./executor.ts";

export interface QueuedLaneOptions {
  readonly executor: Pick<Executor, "execute">;
  readonly functions: Pick<FunctionCache, "get">;
  readonly farewell: Pick<Farewell, "say">;
  readonly journal: Pick<Journal, "fact">;
  readonly now: () => number;
}

/** After a fault of ours (registry or code not to be had), which others are likely to meet as well. */
const FAULT_RELEASE_MS = 2_000;

type Ran = Extract<Execution, { readonly kind: "ran" }>;

/** Turns a claimed event into a run, and the run's end into what becomes of the event. */
export class QueuedLane {
  readonly #options: QueuedLaneOptions;

  constructor(options: QueuedLaneOptions) {
    this.#options = options;
  }

  /** Never rejects: every ending is a verdict. */
  async handle(claim: Claim): Promise<Verdict> {
    const { functions, farewell } = this.#options;
    const { invocation, ending } = claim;
    let target: FunctionTarget | undefined;
    try {
      target = await functions.get({ tenant: invocation.tenant, name: invocation.function }, invocation.qualifier);
    } catch {
      return this.#release(claim, undefined, FAULT_RELEASE_MS);
    }
    if (ending !== undefined && stillHolds(ending, invocation)) return await farewell.say(claim, ending, target);
    const refusal = target === undefined ? undefined : this.#whyNot(claim, target);
    if (refusal !== undefined) return await this.#end(claim, target, refusal);
    return await this.#run(claim, target);
  }

  /** What keeps an event from being run at all, and will not change by waiting. */
  #whyNot({ invocation }: Claim, { rule, settings }: FunctionTarget): Ending | undefined {
    if (isTooOld(rule.retry, invocation.acceptedAt, this.#options.now())) return TOO_OLD;
    return settings.reservedConcurrency === 0 ? SWITCHED_OFF : undefined;
  }

  async #run(claim: Claim, target: FunctionTarget | undefined): Promise<Verdict> {
    const { executor, now } = this.#options;
    const { event, ...invocation } = claim.invocation;
    const execution = await executor.execute({
      invocation,
      event,
      lane: "queued",
      attempt: claim.attempt,
      queueWaitMs: Math.max(0, now() - claim.dueAt),
      eventAgeMs: Math.max(0, now() - invocation.acceptedAt),
      redelivered: claim.redelivered,
    });
    if (execution.kind === "refused") return await this.#refused(claim, target, execution.error);
    if (execution.error === null) return await this.#succeeded(claim, target, execution);
    // Our own store failed the function, not the function itself: no attempt is spent.
    if (execution.error.errorType === "Artifact.Corrupt") return this.#release(claim, target, FAULT_RELEASE_MS);
    return await this.#failed(claim, target, execution, execution.error);
  }

  async #succeeded(claim: Claim, target: FunctionTarget | undefined, ran: Ran): Promise<Verdict> {
    const complete: Verdict = { kind: "complete", result: ran.payload.toString() };
    if (target === undefined || target.rule.onSuccess === null) return complete;
    const verdict = await this.#end(claim, target, { condition: "Success", ran });
    // The result itself, which may be larger than what an ending keeps.
    return verdict.kind === "complete" ? complete : verdict;
  }

  async #refused(claim: Claim, target: FunctionTarget | undefined, error: PlatformError): Promise<Verdict> {
    const told = { errorType: error.code, errorMessage: error.message };
    switch (error.code) {
      case "Capacity.Exhausted":
      case "Capacity.FunctionLimit":
        return this.#release(claim, target, 0);
      case "Function.NotFound":
      case "Function.VersionNotFound":
        return this.#deadLetter(claim, "FunctionNotFound", told);
      case "Invocation.Recursive":
        return await this.#end(claim, target, { condition: "RecursiveInvocation", error: told });
      default:
        return this.#release(claim, target, FAULT_RELEASE_MS);
    }
  }

  async #failed(
    claim: Claim,
    target: FunctionTarget | undefined,
    ran: Ran,
    { errorType, errorMessage }: FunctionError,
  ): Promise<Verdict> {
    const { invocation, attempt } = claim;
    const { now, journal } = this.#options;
    const error = { errorType, errorMessage };
    const decision = decideRetry({ policy: policyOf(target), attempt, acceptedAt: invocation.acceptedAt, now: now() });
    if (decision.kind === "dead-letter")
      return await this.#end(claim, target, { condition: decision.reason, ran, error });
    const { delayMs } = decision;
    const { tenant, function: name } = invocation;
    journal.fact({ at: now(), tenant, function: name, type: "retried", attempt, delayMs });
    return { kind: "retry", delayMs, error };
  }

  async #end(claim: Claim, target: FunctionTarget | undefined, end: Ending): Promise<Verdict> {
    const ending: EventEnding = endingOf({ claim, target, at: this.#options.now(), ...end });
    return await this.#options.farewell.say(claim, ending, target);
  }

  /** Gives the claim back for a while, which grows with every time, but not past the event's maximum age. */
  #release(claim: Claim, target: FunctionTarget | undefined, atLeastMs: number): Verdict {
    const { releases, invocation } = claim;
    const { acceptedAt } = invocation;
    const policy = policyOf(target);
    const delayMs = throttleDelayMs({ policy, releases, acceptedAt, now: this.#options.now() });
    return { kind: "release", delayMs: Math.max(atLeastMs, delayMs) };
  }

  #deadLetter(claim: Claim, reason: string, error: VerdictError): Verdict {
    const { tenant, function: name } = claim.invocation;
    this.#options.journal.fact({ at: this.#options.now(), tenant, function: name, type: "dead-lettered", reason });
    return { kind: "dead-letter", reason, error };
  }
}

interface Ending {
  readonly condition: EndingCondition;
  readonly ran?: Ran;
  readonly error?: VerdictError;
}

const TOO_OLD: Ending = {
  condition: "EventAgeExceeded",
  error: { errorType: SANDBOX_ERROR_TYPES.tooOld, errorMessage: "The event waited longer than its maximum age" },
};

const SWITCHED_OFF: Ending = {
  condition: "ZeroReservedConcurrency",
  error: { errorType: "Capacity.FunctionLimit", errorMessage: "The function's reserved concurrency is 0" },
};

function policyOf(target: FunctionTarget | undefined): RetryPolicy {
  return target?.rule.retry ?? DEFAULT_RETRY_POLICY;
}
