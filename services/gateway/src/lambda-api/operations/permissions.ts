import { type FunctionSettings, functionArn, LATEST, type PermissionPolicy } from "@sluice/core";
import { LambdaError } from "../lambda-error.ts";
import { type Caller, defineLambdaOperation, type LambdaInput, type LambdaOperation } from "../operation.ts";
import type { OperationDeps } from "./deps.ts";
import {
  changeRecord,
  checkRevision,
  type FunctionTarget,
  readTarget,
  requireRecord,
  requireVersion,
} from "./function-target.ts";
import { formatPolicy, parsePolicy, toStatement, withoutStatement, withStatement } from "./policy-document.ts";

/** Resource policies of functions: by statement, and as a whole. */
export function permissionOperations(deps: OperationDeps): LambdaOperation[] {
  return [
    addPermission(deps),
    removePermission(deps),
    getPolicy(deps),
    getResourcePolicy(deps),
    putResourcePolicy(deps),
    deleteResourcePolicy(deps),
  ];
}

function addPermission(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("AddPermission", {
    async handle({ input, caller }) {
      const target = readTarget(deps, caller, input);
      if (target.qualifier === LATEST) throw invalid("We currently do not support adding policies for $LATEST.");
      await requireVersion(deps, target);
      const statement = toStatement({
        sid: input.StatementId ?? "",
        action: input.Action ?? "",
        principal: input.Principal ?? "",
        resource: arnOf(deps, target),
        condition: toCondition(input),
      });
      await changePolicy(deps, target, (policy) => {
        checkRevision(input.RevisionId, policy?.revisionId ?? input.RevisionId ?? "");
        return withStatement(policy, statement, deps.newId());
      });
      return { Statement: JSON.stringify(statement.document) };
    },
  });
}

function toCondition(input: LambdaInput<"AddPermission">): Record<string, Record<string, string>> {
  const equals = Object.entries({
    "AWS:SourceAccount": input.SourceAccount,
    "lambda:EventSourceToken": input.EventSourceToken,
    "lambda:FunctionUrlAuthType": input.FunctionUrlAuthType,
    "aws:PrincipalOrgID": input.PrincipalOrgID,
  }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    ...(equals.length === 0 ? {} : { StringEquals: Object.fromEntries(equals) }),
    ...(input.SourceArn === undefined ? {} : { ArnLike: { "AWS:SourceArn": input.SourceArn } }),
    ...(input.InvokedViaFunctionUrl === undefined
      ? {}
      : { Bool: { "lambda:InvokedViaFunctionUrl": String(input.InvokedViaFunctionUrl) } }),
  };
}

function removePermission(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("RemovePermission", {
    async handle({ input, caller }) {
      const target = readTarget(deps, caller, input);
      await changePolicy(deps, target, (policy) => {
        checkRevision(input.RevisionId, policy?.revisionId ?? input.RevisionId ?? "");
        return withoutStatement(policy, input.StatementId ?? "", deps.newId());
      });
      return {};
    },
  });
}

function getPolicy(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("GetPolicy", {
    async handle({ input, caller }) {
      return await readPolicy(deps, readTarget(deps, caller, input));
    },
  });
}

function getResourcePolicy(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("GetResourcePolicy", {
    async handle({ input, caller }) {
      return await readPolicy(deps, readResource(deps, caller, input.ResourceArn));
    },
  });
}

function putResourcePolicy(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("PutResourcePolicy", {
    async handle({ input, caller }) {
      const target = readResource(deps, caller, input.ResourceArn);
      await requireVersion(deps, target);
      const next = parsePolicy(input.Policy ?? "", deps.newId());
      await changePolicy(deps, target, (policy) => {
        checkRevision(input.RevisionId, policy?.revisionId ?? "");
        return next;
      });
      return { Policy: formatPolicy(next), RevisionId: next.revisionId };
    },
  });
}

function deleteResourcePolicy(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("DeleteResourcePolicy", {
    async handle({ input, caller }) {
      await changePolicy(deps, readResource(deps, caller, input.ResourceArn), (policy) => {
        if (policy === null) throw noPolicy();
        checkRevision(input.RevisionId, policy.revisionId);
        return null;
      });
      return {};
    },
  });
}

function readResource(deps: OperationDeps, caller: Caller, arn: string | undefined): FunctionTarget {
  if (arn === undefined || !/^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:/.test(arn)) {
    throw invalid("ResourceArn must be the ARN of a function; layers have AddLayerVersionPermission.");
  }
  return readTarget(deps, caller, { FunctionName: arn });
}

async function readPolicy(
  deps: OperationDeps,
  target: FunctionTarget,
): Promise<{ readonly Policy: string; readonly RevisionId: string }> {
  const policy = policyOf((await requireRecord(deps, target)).settings, target);
  if (policy === null) throw noPolicy();
  return { Policy: formatPolicy(policy), RevisionId: policy.revisionId };
}

async function changePolicy(
  deps: OperationDeps,
  target: FunctionTarget,
  decide: (policy: PermissionPolicy | null) => PermissionPolicy | null,
): Promise<void> {
  await changeRecord(deps, target, ({ settings }) => {
    const key = keyOf(target);
    const next = decide(policyOf(settings, target));
    const { [key]: _, ...others } = settings.permissions;
    return {
      now: deps.now(),
      settings: { ...settings, permissions: next === null ? others : { ...others, [key]: next } },
    };
  });
}

function policyOf({ permissions }: FunctionSettings, target: FunctionTarget): PermissionPolicy | null {
  const key = keyOf(target);
  return (Object.hasOwn(permissions, key) ? permissions[key] : undefined) ?? null;
}

function keyOf({ qualifier }: FunctionTarget): string {
  return qualifier ?? LATEST;
}

function arnOf({ place }: OperationDeps, { ref, qualifier }: FunctionTarget): string {
  return functionArn(place, ref.name, qualifier);
}

function noPolicy(): LambdaError {
  return new LambdaError("ResourceNotFoundException", "The resource you requested does not exist.");
}

function invalid(message: string): LambdaError {
  return new LambdaError("InvalidParameterValueException", message);
}
