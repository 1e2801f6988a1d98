import { type FunctionRecord, functionArn } from "@sluice/core";
import type { CodeSigningConfig, CodeSigningPolicy } from "@aws-sdk/client-lambda";
import { LambdaError } from "../lambda-error.ts";
import { type Caller, defineLambdaOperation, type LambdaOperation } from "../operation.ts";
import type { OperationDeps } from "./deps.ts";
import { changeRecord, readTarget, requireRecord } from "./function-target.ts";
import { formatModified } from "./functions/configuration-view.ts";
import { pageOf } from "./page.ts";

const KIND = "code-signing-config";
const PER_PAGE = 50;
const ECHO = "code-signing-config";

interface StoredConfig {
  readonly id: string;
  readonly description: string;
  readonly publishers: readonly string[];
  readonly policy: CodeSigningPolicy;
  readonly updatedAt: number;
}

/**
 * Code-signing configurations are kept, shown and bound to functions. Signatures are not checked, so the policy that
 * would refuse unsigned code is refused itself.
 */
export function codeSigningOperations(deps: OperationDeps): LambdaOperation[] {
  return [create(deps), get(deps), update(deps), remove(deps), list(deps), listFunctions(deps), ...bindings(deps)];
}

function create(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("CreateCodeSigningConfig", {
    async handle({ input, caller }) {
      const id = `csc-${deps.newId().replaceAll("-", "").slice(0, 17)}`;
      const config: StoredConfig = {
        id,
        description: input.Description ?? "",
        publishers: input.AllowedPublishers?.SigningProfileVersionArns ?? [],
        policy: readPolicy(input.CodeSigningPolicies?.UntrustedArtifactOnDeployment) ?? "Warn",
        updatedAt: deps.now(),
      };
      await deps.documents.change(KIND, caller.tenant, id, () => ({ put: config }));
      return { CodeSigningConfig: view(deps, config) };
    },
  });
}

function get(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("GetCodeSigningConfig", {
    handle: async ({ input, caller }) => ({
      CodeSigningConfig: view(deps, await requireConfig(deps, caller, input.CodeSigningConfigArn)),
    }),
  });
}

function update(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("UpdateCodeSigningConfig", {
    async handle({ input, caller }) {
      const before = await requireConfig(deps, caller, input.CodeSigningConfigArn);
      const next: StoredConfig = {
        ...before,
        description: input.Description ?? before.description,
        publishers: input.AllowedPublishers?.SigningProfileVersionArns ?? before.publishers,
        policy: readPolicy(input.CodeSigningPolicies?.UntrustedArtifactOnDeployment) ?? before.policy,
        updatedAt: deps.now(),
      };
      await deps.documents.change(KIND, caller.tenant, before.id, () => ({ put: next }));
      return { CodeSigningConfig: view(deps, next) };
    },
  });
}

function remove(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("DeleteCodeSigningConfig", {
    async handle({ input, caller }) {
      const { id } = await requireConfig(deps, caller, input.CodeSigningConfigArn);
      if ((await boundFunctions(deps, caller, arnOf(deps, id))).length > 0) {
        throw new LambdaError(
          "ResourceConflictException",
          "Can't delete code signing config while functions use it: detach it from them first.",
        );
      }
      await deps.documents.change(KIND, caller.tenant, id, () => ({ delete: true }));
      return {};
    },
  });
}

function list(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("ListCodeSigningConfigs", {
    async handle({ input, caller }) {
      const all = await deps.documents.list(KIND, caller.tenant);
      const { items, marker } = pageOf(all, {
        marker: input.Marker,
        limit: input.MaxItems ?? PER_PAGE,
        keyOf: ({ id }) => id,
      });
      return {
        CodeSigningConfigs: items.map(({ value }) => view(deps, value as StoredConfig)),
        ...(marker === undefined ? {} : { NextMarker: marker }),
      };
    },
  });
}

function listFunctions(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("ListFunctionsByCodeSigningConfig", {
    async handle({ input, caller }) {
      const { id } = await requireConfig(deps, caller, input.CodeSigningConfigArn);
      const { items, marker } = pageOf(await boundFunctions(deps, caller, arnOf(deps, id)), {
        marker: input.Marker,
        limit: input.MaxItems ?? PER_PAGE,
        keyOf: ({ name }) => name,
      });
      return {
        FunctionArns: items.map(({ name }) => functionArn(deps.place, name)),
        ...(marker === undefined ? {} : { NextMarker: marker }),
      };
    },
  });
}

function bindings(deps: OperationDeps): LambdaOperation[] {
  return [
    defineLambdaOperation("PutFunctionCodeSigningConfig", {
      async handle({ input, caller }) {
        const target = readTarget(deps, caller, input);
        await requireRecord(deps, target);
        const { id } = await requireConfig(
          deps,
          caller,
          input.CodeSigningConfigArn,
          "CodeSigningConfigNotFoundException",
        );
        const arn = arnOf(deps, id);
        await changeRecord(deps, target, ({ settings }) => ({
          now: deps.now(),
          settings: { ...settings, echoed: { ...settings.echoed, [ECHO]: arn } },
        }));
        return { CodeSigningConfigArn: arn, FunctionName: target.ref.name };
      },
    }),
    defineLambdaOperation("GetFunctionCodeSigningConfig", {
      async handle({ input, caller }) {
        const target = readTarget(deps, caller, input);
        const arn = (await requireRecord(deps, target)).settings.echoed[ECHO];
        return {
          CodeSigningConfigArn: typeof arn === "string" ? arn : "",
          FunctionName: target.ref.name,
        };
      },
    }),
    defineLambdaOperation("DeleteFunctionCodeSigningConfig", {
      async handle({ input, caller }) {
        await changeRecord(deps, readTarget(deps, caller, input), ({ settings }) => {
          const { [ECHO]: _, ...echoed } = settings.echoed;
          return { now: deps.now(), settings: { ...settings, echoed } };
        });
        return {};
      },
    }),
  ];
}

async function boundFunctions(deps: OperationDeps, caller: Caller, arn: string): Promise<readonly FunctionRecord[]> {
  const records = await deps.registry.listFunctions(caller.tenant);
  return records.filter(({ settings }) => settings.echoed[ECHO] === arn);
}

async function requireConfig(
  deps: OperationDeps,
  caller: Caller,
  arn = "",
  errorType: "ResourceNotFoundException" | "CodeSigningConfigNotFoundException" = "ResourceNotFoundException",
): Promise<StoredConfig> {
  const id = arn.slice(arn.lastIndexOf(":") + 1);
  const found = arn === arnOf(deps, id) ? await deps.documents.get(KIND, caller.tenant, id) : undefined;
  if (found !== undefined) return found as StoredConfig;
  throw new LambdaError(errorType, `Code signing configuration cannot be found: ${arn}`);
}

function readPolicy(policy: CodeSigningPolicy | undefined): CodeSigningPolicy | undefined {
  if (policy !== "Enforce") return policy;
  throw new LambdaError(
    "InvalidParameterValueException",
    "UntrustedArtifactOnDeployment Enforce cannot be had: signatures of code are not checked here. Use Warn.",
  );
}

function arnOf({ place }: OperationDeps, id: string): string {
  return `arn:aws:lambda:${place.region}:${place.accountId}:code-signing-config:${id}`;
}

function view(deps: OperationDeps, config: StoredConfig): CodeSigningConfig {
  return {
    CodeSigningConfigId: config.id,
    CodeSigningConfigArn: arnOf(deps, config.id),
    ...(config.description === "" ? {} : { Description: config.description }),
    AllowedPublishers: { SigningProfileVersionArns: [...config.publishers] },
    CodeSigningPolicies: { UntrustedArtifactOnDeployment: config.policy },
    LastModified: formatModified(config.updatedAt),
  };
}
