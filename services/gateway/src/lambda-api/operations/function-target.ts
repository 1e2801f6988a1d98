import {
  type ChangeResult,
  type FunctionChange,
  type FunctionRecord,
  type FunctionRef,
  type FunctionVersion,
  functionArn,
  LATEST,
  type Place,
  resolveQualifier,
} from "@sluice/core";
import { parseFunctionReference } from "../function-reference.ts";
import { LambdaError } from "../lambda-error.ts";
import type { Caller } from "../operation.ts";
import type { OperationDeps } from "./deps.ts";

/** The function that a request names, and the qualifier if it named one. */
export interface FunctionTarget {
  readonly ref: FunctionRef;
  readonly qualifier: string | undefined;
}

interface TargetInput {
  readonly FunctionName?: string | undefined;
  readonly Qualifier?: string | undefined;
}

/** @throws LambdaError InvalidParameterValueException, ResourceNotFoundException */
export function readTarget(
  { place }: Pick<OperationDeps, "place">,
  caller: Caller,
  input: TargetInput,
): FunctionTarget {
  const reference = parseFunctionReference(input.FunctionName ?? "");
  if (reference === undefined) {
    throw new LambdaError("InvalidParameterValueException", `'${input.FunctionName ?? ""}' is not a function name.`);
  }
  const { region = place.region, accountId = place.accountId, name } = reference;
  if (region !== place.region || accountId !== place.accountId) {
    throw notFoundArn(functionArn({ region, accountId }, name));
  }
  if (reference.qualifier !== undefined && input.Qualifier !== undefined && reference.qualifier !== input.Qualifier) {
    throw new LambdaError(
      "InvalidParameterValueException",
      "The derived qualifier from the function name does not match the specified qualifier.",
    );
  }
  return { ref: { tenant: caller.tenant, name }, qualifier: reference.qualifier ?? input.Qualifier };
}

/** @throws LambdaError ResourceNotFoundException */
export async function requireRecord(deps: OperationDeps, target: FunctionTarget): Promise<FunctionRecord> {
  const record = await deps.registry.getFunction(target.ref);
  if (record === undefined) throw notFound(deps.place, target);
  return record;
}

/** The function and the version that the qualifier stands for. @throws LambdaError ResourceNotFoundException */
export async function requireVersion(
  deps: OperationDeps,
  target: FunctionTarget,
): Promise<{ readonly record: FunctionRecord; readonly version: FunctionVersion }> {
  const record = await requireRecord(deps, target);
  const name = resolveQualifier(record.aliases, target.qualifier ?? LATEST, 1);
  const version = name === LATEST ? record.latest : await byNumber(deps, target, name);
  if (version === undefined) throw notFound(deps.place, target);
  return { record, version };
}

async function byNumber(
  deps: OperationDeps,
  target: FunctionTarget,
  name: string | undefined,
): Promise<FunctionVersion | undefined> {
  return name === undefined ? undefined : await deps.registry.getVersion(target.ref, name);
}

/** As `Registry.change`, of a function that there is. @throws LambdaError ResourceNotFoundException */
export async function changeRecord(
  deps: OperationDeps,
  target: FunctionTarget,
  decide: (record: FunctionRecord) => FunctionChange | undefined,
): Promise<ChangeResult & { readonly record: FunctionRecord }> {
  const { record, published } = await deps.registry.change(target.ref, (before) => {
    if (before === undefined) throw notFound(deps.place, target);
    return decide(before);
  });
  if (record === undefined) throw notFound(deps.place, target);
  return { record, published };
}

export function notFound(place: Place, { ref, qualifier }: FunctionTarget): LambdaError {
  const arn = functionArn(place, ref.name);
  return notFoundArn(qualifier === undefined ? arn : `${arn}:${qualifier}`);
}

function notFoundArn(arn: string): LambdaError {
  return new LambdaError("ResourceNotFoundException", `Function not found: ${arn}`);
}

/** @throws LambdaError PreconditionFailedException when the caller looked at an older state */
export function checkRevision(expected: string | undefined, actual: string): void {
  if (expected === undefined || expected === actual) return;
  throw new LambdaError(
    "PreconditionFailedException",
    "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
  );
}
