import type { PermissionPolicy } from "@sluice/core";
import { LambdaError } from "../../lambda-error.ts";
import { defineLambdaOperation, type LambdaOperation } from "../../operation.ts";
import type { OperationDeps } from "../deps.ts";
import { checkRevision } from "../function-target.ts";
import { formatPolicy, toStatement, withoutStatement, withStatement } from "../policy-document.ts";
import { type LayerVersion, layerArn, layerVersionId, requireLayerVersion } from "./layer-version.ts";

/** Policies of layer versions are kept and shown; layers are used within their tenant only. */
export function layerPermissionOperations(deps: OperationDeps): LambdaOperation[] {
  return [addPermission(deps), removePermission(deps), getPolicy(deps)];
}

function addPermission(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("AddLayerVersionPermission", {
    async handle({ input, caller }) {
      const layer = await requireLayerVersion(deps, caller, input);
      const organization = input.OrganizationId;
      const statement = toStatement({
        sid: input.StatementId ?? "",
        action: input.Action ?? "",
        principal: input.Principal ?? "",
        resource: `${layerArn(deps.place, layer.name)}:${layer.version}`,
        condition: organization === undefined ? {} : { StringEquals: { "aws:PrincipalOrgID": organization } },
      });
      const policy = await changePolicy(deps, caller.tenant, layer, (before) => {
        checkRevision(input.RevisionId, before?.revisionId ?? input.RevisionId ?? "");
        return withStatement(before, statement, deps.newId());
      });
      return { Statement: JSON.stringify(statement.document), RevisionId: policy?.revisionId };
    },
  });
}

function removePermission(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("RemoveLayerVersionPermission", {
    async handle({ input, caller }) {
      const layer = await requireLayerVersion(deps, caller, input);
      await changePolicy(deps, caller.tenant, layer, (before) => {
        checkRevision(input.RevisionId, before?.revisionId ?? input.RevisionId ?? "");
        return withoutStatement(before, input.StatementId ?? "", deps.newId());
      });
      return {};
    },
  });
}

function getPolicy(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("GetLayerVersionPolicy", {
    async handle({ input, caller }) {
      const { policy } = await requireLayerVersion(deps, caller, input);
      if (policy === null) {
        throw new LambdaError("ResourceNotFoundException", "No policy is associated with the given resource.");
      }
      return { Policy: formatPolicy(policy), RevisionId: policy.revisionId };
    },
  });
}

async function changePolicy(
  { documents }: OperationDeps,
  tenant: string,
  { name, version }: LayerVersion,
  decide: (policy: PermissionPolicy | null) => PermissionPolicy | null,
): Promise<PermissionPolicy | null> {
  let policy: PermissionPolicy | null = null;
  await documents.change("layer-version", tenant, layerVersionId(name, version), (value) => {
    if (value === undefined) return undefined;
    const layer = value as LayerVersion;
    policy = decide(layer.policy);
    return { put: { ...layer, policy } satisfies LayerVersion };
  });
  return policy;
}
