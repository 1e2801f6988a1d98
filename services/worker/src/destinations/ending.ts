import {
  type Claim,
  type EndingCondition,
  type EndingResponse,
  type EndingTarget,
  type EventEnding,
  type FunctionError,
  type Invocation,
  isRecursive,
  LIMITS,
  lineageOfInvocation,
  passesThrough,
  PASSES_MAX,
  toFunctionErrorBody,
  type VerdictError,
} from "@sluice/core";
import type { Execution } from "../executor.ts";
import type { FunctionTarget } from "@sluice/store";

type Ran = Extract<Execution, { readonly kind: "ran" }>;

/** How an event ended, with everybody who is to be told of it. */
export function endingOf(params: {
  readonly claim: Claim;
  readonly target: FunctionTarget | undefined;
  readonly condition: EndingCondition;
  readonly at: number;
  readonly ran?: Ran;
  readonly error?: VerdictError;
}): EventEnding {
  const { claim, target, condition, at, ran, error } = params;
  return {
    at,
    condition,
    invokeCount: ran === undefined ? claim.attempt - 1 : claim.attempt,
    response: ran === undefined ? null : responseOf(ran),
    error: error ?? null,
    pending: target === undefined ? [] : targetsOf(target, condition, claim.invocation),
    tries: 0,
  };
}

/** Whether what the queue kept still holds: a failed event that was redriven is to run again, not to be told again. */
export function stillHolds(ending: EventEnding, invocation: Invocation): boolean {
  return ending.condition === "Success" || ending.at >= invocation.acceptedAt;
}

function targetsOf(
  { rule, version }: FunctionTarget,
  condition: EndingCondition,
  invocation: Invocation,
): readonly EndingTarget[] {
  if (condition === "Success") return rule.onSuccess === null ? [] : [{ role: "destination", arn: rule.onSuccess }];
  if (condition === "RecursiveInvocation" && isToldAlready(invocation)) return [];
  const targets: EndingTarget[] = [];
  if (rule.onFailure !== null) targets.push({ role: "destination", arn: rule.onFailure });
  const { deadLetterTarget } = version.config;
  if (deadLetterTarget !== null) targets.push({ role: "dead-letter", arn: deadLetterTarget });
  return targets;
}

/**
 * The target of a stopped event may lead back here without anything having run. A chain that comes back after it was
 * stopped ends in the function's own queue, or it would go round for ever.
 */
function isToldAlready(invocation: Invocation): boolean {
  const ref = { tenant: invocation.tenant, name: invocation.function };
  const lineage = lineageOfInvocation(invocation);
  return isRecursive(lineage, ref) && passesThrough(lineage, ref) !== PASSES_MAX;
}

function responseOf({ version, payload, error }: Ran): EndingResponse {
  return { version: version.version, payload: payloadOf(payload, error), failed: error !== null };
}

function payloadOf(payload: Buffer, error: FunctionError | null): string | null {
  if (error !== null) return toFunctionErrorBody(error);
  if (payload.length > LIMITS.asyncPayloadBytesMax) return null;
  const text = payload.toString();
  return isJson(text) ? text : null;
}

/** A record is made of texts that are JSON; a guest that has taken its own runtime apart may answer anything. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
