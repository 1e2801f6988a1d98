import {
  type Claim,
  type DeadLetteredFact,
  type DestinationFailedFact,
  type EventEnding,
  parseDestination,
  type Verdict,
  type VerdictError,
} from "@sluice/core";
import type { FunctionTarget, Journal } from "@sluice/store";
import type { Courier, Undelivered } from "./courier.ts";

export interface FarewellOptions {
  readonly courier: Pick<Courier, "deliver">;
  readonly journal: Pick<Journal, "fact">;
  readonly now: () => number;
}

/** Waits between tries to tell a target: about a quarter of an hour in all. */
const TRY_AGAIN_MS: readonly number[] = [1_000, 5_000, 30_000, 120_000, 300_000, 300_000];

/**
 * The end of an event: whoever is to be told is told, and only then is the event let go.
 *
 * 1. An event leaves its queue after every target has taken what it is to get, or it stays there as a dead letter.
 * 2. A target that is away is tried again, each time from the ending that the queue keeps: nothing runs again for it.
 * 3. A crash between a target's answer and the verdict tells that target once more.
 */
export class Farewell {
  readonly #options: FarewellOptions;

  constructor(options: FarewellOptions) {
    this.#options = options;
  }

  /** Never rejects. @param target undefined: the function is gone, and nobody can be told */
  async say(claim: Claim, kept: EventEnding, target: FunctionTarget | undefined): Promise<Verdict> {
    const { courier, now } = this.#options;
    const isRedriven = kept.at < claim.invocation.acceptedAt;
    const ending = isRedriven ? { ...kept, at: now(), tries: 0 } : kept;
    if (ending.pending.length === 0 || target === undefined) return this.#letGo(claim, ending);
    const undelivered = await courier.deliver(claim.invocation, ending, target.version);
    if (undelivered.length === 0) return this.#letGo(claim, ending);
    const delayMs = TRY_AGAIN_MS[ending.tries];
    if (delayMs === undefined || undelivered.every(({ permanent }) => permanent)) {
      return this.#giveUp(claim, ending, undelivered);
    }
    const pending = undelivered.map((one) => one.target);
    return { kind: "defer", delayMs, ending: { ...ending, pending, tries: ending.tries + 1 } };
  }

  #letGo(claim: Claim, ending: EventEnding): Verdict {
    const { condition, response, pending } = ending;
    if (condition === "Success") return { kind: "complete", result: response?.payload ?? null };
    const forwarded = pending.length > 0;
    const error = ending.error ?? NO_ERROR;
    this.#fact(claim, { type: "dead-lettered", reason: condition, forwarded });
    return { kind: "dead-letter", reason: condition, error, forwarded };
  }

  #giveUp(claim: Claim, ending: EventEnding, undelivered: readonly Undelivered[]): Verdict {
    for (const { target } of undelivered) {
      const failureRole = ending.condition === "Success" ? "on-success" : "on-failure";
      const role = target.role === "dead-letter" ? target.role : failureRole;
      const kind = parseDestination(target.arn)?.kind ?? "unknown";
      this.#fact(claim, { type: "destination-failed", role, target: kind });
    }
    this.#fact(claim, { type: "dead-lettered", reason: "DestinationFailed" });
    const reasons = undelivered.map(({ target, reason }) => `${target.arn}: ${reason}`).join("; ");
    const errorMessage = `The event ended with ${ending.condition}, but could not be passed on to ${reasons}`;
    return {
      kind: "dead-letter",
      reason: "DestinationFailed",
      error: { errorType: "Destination.Failed", errorMessage },
    };
  }

  #fact(claim: Claim, what: EndFact): void {
    const { tenant, function: name } = claim.invocation;
    this.#options.journal.fact({ at: this.#options.now(), tenant, function: name, ...what });
  }
}

type EndFact =
  | Pick<DeadLetteredFact, "type" | "reason" | "forwarded">
  | Pick<DestinationFailedFact, "type" | "role" | "target">;

const NO_ERROR: VerdictError = { errorType: "Unknown", errorMessage: "" };
