import type { Caller } from "../../operation.ts";
import type { OperationDeps } from "../deps.ts";
import { authoriseTarget } from "../destination.ts";

interface NamedInput {
  readonly DeadLetterConfig?: { readonly TargetArn?: string | undefined } | undefined;
  readonly Layers?: readonly string[] | undefined;
}

/** What a configuration makes use of must be the caller's to use. @throws LambdaError AccessDeniedException */
export async function authoriseNamed(deps: OperationDeps, caller: Caller, input: NamedInput): Promise<void> {
  const target = input.DeadLetterConfig?.TargetArn;
  if (target !== "") await authoriseTarget(deps, caller, target);
  for (const resourceArn of input.Layers ?? []) {
    await deps.authorise({ caller, action: "lambda:GetLayerVersion", resourceArn });
  }
}
