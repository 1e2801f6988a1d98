import type { FunctionRecord, FunctionVersion } from "@sluice/core";
import { LambdaError } from "../../lambda-error.ts";
import { defineLambdaOperation, type LambdaInput, type LambdaOperation } from "../../operation.ts";
import type { OperationDeps } from "../deps.ts";
import { changeRecord, checkRevision, type FunctionTarget, readTarget, requireRecord } from "../function-target.ts";
import { authoriseNamed } from "./authorise-named.ts";
import { type BuiltCode, buildCode, readArchiveOf } from "./code-source.ts";
import { viewConfiguration } from "./configuration-view.ts";
import { applyConfig } from "./requested-config.ts";

export function updateFunctionCode(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("UpdateFunctionCode", {
    async handle({ input, caller }) {
      const target = readTarget(deps, caller, input);
      const { latest } = await requireRecord(deps, target);
      checkRevision(input.RevisionId, latest.revisionId);
      const { lambda } = latest.config;
      const built = await buildCode(deps, {
        tenant: caller.tenant,
        archive: await readArchiveOf(deps, input),
        layers: latest.upload?.layers.map(({ arn }) => arn) ?? [],
        handler: lambda?.handler ?? `index.${latest.config.handler}`,
        runtime: lambda?.runtime ?? "nodejs24.x",
        memoryMb: latest.config.memoryMb,
      });
      const config = applyConfig(latest.config, { Architectures: input.Architectures });
      if (input.DryRun === true) return viewConfiguration(deps.place, withCode({ ...latest, config }, built));
      const { record, published } = await changeRecord(deps, target, (before) => ({
        ...toLatest(deps, input, before, withCode({ ...before.latest, config: before.latest.config }, built)),
        ...(input.Publish === true ? { publish: { revisionId: deps.newId() } } : {}),
      }));
      return viewConfiguration(deps.place, published ?? record.latest, published?.version);
    },
  });
}

export function updateFunctionConfiguration(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("UpdateFunctionConfiguration", {
    async handle({ input, caller }) {
      const target = readTarget(deps, caller, input);
      const { latest } = await requireRecord(deps, target);
      checkRevision(input.RevisionId, latest.revisionId);
      await authoriseNamed(deps, caller, input);
      const built = needsBuild(input) ? await rebuild(deps, target, latest, input) : undefined;
      const { record } = await changeRecord(deps, target, (before) => {
        if (built !== undefined && before.latest.upload?.digest !== latest.upload?.digest) throw inProgress(target);
        const config = applyConfig(before.latest.config, input);
        const next = { ...before.latest, config };
        return toLatest(deps, input, before, built === undefined ? next : withCode(next, built));
      });
      return viewConfiguration(deps.place, record.latest);
    },
  });
}

/** What the bundle was made of. */
function needsBuild(input: LambdaInput<"UpdateFunctionConfiguration">): boolean {
  return input.Handler !== undefined || input.Runtime !== undefined || input.Layers !== undefined;
}

async function rebuild(
  deps: OperationDeps,
  target: FunctionTarget,
  latest: FunctionVersion,
  input: LambdaInput<"UpdateFunctionConfiguration">,
): Promise<BuiltCode> {
  const archive = latest.upload === null ? undefined : await deps.artifacts.get(latest.upload.digest);
  if (archive === undefined) {
    throw new LambdaError(
      "InvalidParameterValueException",
      `Handler, Runtime and Layers of '${target.ref.name}' come from its sluice.yaml: change them there and deploy, or upload an archive with UpdateFunctionCode.`,
    );
  }
  return await buildCode(deps, {
    tenant: target.ref.tenant,
    archive,
    layers: input.Layers ?? latest.upload?.layers.map(({ arn }) => arn) ?? [],
    handler: input.Handler ?? latest.config.lambda?.handler ?? "",
    runtime: input.Runtime ?? latest.config.lambda?.runtime ?? "",
    memoryMb: input.MemorySize ?? latest.config.memoryMb,
  });
}

function withCode(version: FunctionVersion, built: BuiltCode): FunctionVersion {
  const { runtime, handler, ...content } = built;
  return { ...version, ...content, config: { ...version.config, runtime, handler } };
}

function toLatest(
  deps: OperationDeps,
  input: { readonly RevisionId?: string | undefined },
  before: FunctionRecord,
  next: FunctionVersion,
) {
  checkRevision(input.RevisionId, before.latest.revisionId);
  const now = deps.now();
  const { tenant: _tenant, name: _name, version: _version, ...content } = next;
  return { now, latest: { ...content, revisionId: deps.newId(), createdAt: now } };
}

function inProgress({ ref }: FunctionTarget): LambdaError {
  return new LambdaError(
    "ResourceConflictException",
    `The operation cannot be performed at this time. An update is in progress for resource: ${ref.name}`,
  );
}
