import { type Alias, findUrlTrigger, type FunctionRecord, functionArn, LATEST, type Place } from "@sluice/core";
import type { AliasConfiguration } from "@aws-sdk/client-lambda";
import { LambdaError } from "../lambda-error.ts";
import { defineLambdaOperation, type LambdaOperation } from "../operation.ts";
import type { OperationDeps } from "./deps.ts";
import { changeRecord, checkRevision, type FunctionTarget, readTarget, requireRecord } from "./function-target.ts";
import { pageOf } from "./page.ts";

const ALIASES_PER_PAGE = 50;

interface RoutingInput {
  readonly FunctionVersion?: string | undefined;
  readonly Description?: string | undefined;
  readonly RoutingConfig?: { readonly AdditionalVersionWeights?: Record<string, number> | undefined } | undefined;
}

export function aliasOperations(deps: OperationDeps): LambdaOperation[] {
  return [createAlias(deps), getAlias(deps), updateAlias(deps), deleteAlias(deps), listAliases(deps)];
}

function createAlias(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("CreateAlias", {
    async handle({ input, caller }) {
      const target = readTarget(deps, caller, input);
      const name = input.Name ?? "";
      const alias = await toAlias(deps, target, input, {
        name,
        version: LATEST,
        description: "",
        weights: {},
        revisionId: deps.newId(),
      });
      await changeRecord(deps, target, ({ aliases }) => {
        if (Object.hasOwn(aliases, name)) {
          const arn = `${functionArn(deps.place, target.ref.name)}:${name}`;
          throw new LambdaError("ResourceConflictException", `Alias already exists: ${arn}`);
        }
        return { now: deps.now(), aliases: { ...aliases, [name]: alias } };
      });
      return view(deps.place, target.ref.name, alias);
    },
  });
}

function updateAlias(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("UpdateAlias", {
    async handle({ input, caller }) {
      const target = readTarget(deps, caller, input);
      const name = input.Name ?? "";
      const before = requireAlias(deps.place, await requireRecord(deps, target), name);
      const alias = await toAlias(deps, target, input, { ...before, revisionId: deps.newId() });
      await changeRecord(deps, target, (record) => {
        checkRevision(input.RevisionId ?? before.revisionId, requireAlias(deps.place, record, name).revisionId);
        return { now: deps.now(), aliases: { ...record.aliases, [name]: alias } };
      });
      return view(deps.place, target.ref.name, alias);
    },
  });
}

function getAlias(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("GetAlias", {
    async handle({ input, caller }) {
      const target = readTarget(deps, caller, input);
      const alias = requireAlias(deps.place, await requireRecord(deps, target), input.Name ?? "");
      return view(deps.place, target.ref.name, alias);
    },
  });
}

function deleteAlias(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("DeleteAlias", {
    async handle({ input, caller }) {
      const target = readTarget(deps, caller, input);
      const name = input.Name ?? "";
      await changeRecord(deps, target, ({ aliases, triggers }) => {
        // As on AWS, an alias that is not there is deleted already.
        if (!Object.hasOwn(aliases, name)) return undefined;
        const { [name]: _, ...others } = aliases;
        const url = findUrlTrigger(triggers, name);
        const freed = url === undefined ? {} : { triggers: triggers.filter((trigger) => trigger !== url) };
        return { now: deps.now(), aliases: others, ...freed };
      });
      return {};
    },
  });
}

function listAliases(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("ListAliases", {
    async handle({ input, caller }) {
      const target = readTarget(deps, caller, input);
      const { aliases } = await requireRecord(deps, target);
      const all = Object.values(aliases)
        .filter(({ version }) => input.FunctionVersion === undefined || version === input.FunctionVersion)
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, marker } = pageOf(all, {
        marker: input.Marker,
        limit: input.MaxItems ?? ALIASES_PER_PAGE,
        keyOf: ({ name }) => name,
      });
      return {
        Aliases: items.map((alias) => view(deps.place, target.ref.name, alias)),
        ...(marker === undefined ? {} : { NextMarker: marker }),
      };
    },
  });
}

/** @throws LambdaError InvalidParameterValueException, ResourceNotFoundException */
async function toAlias(
  deps: OperationDeps,
  target: FunctionTarget,
  input: RoutingInput,
  before: Alias,
): Promise<Alias> {
  const version = input.FunctionVersion ?? before.version;
  const weights = input.RoutingConfig === undefined ? before.weights : readWeights(input, version);
  await requireRecord(deps, target);
  for (const named of [version, ...Object.keys(weights)]) {
    if (named === LATEST || (await deps.registry.getVersion(target.ref, named)) !== undefined) continue;
    const arn = functionArn(deps.place, target.ref.name, named);
    throw new LambdaError("ResourceNotFoundException", `Function not found: ${arn}`);
  }
  return { ...before, version, weights, description: input.Description ?? before.description };
}

function readWeights({ RoutingConfig: routing }: RoutingInput, version: string): Readonly<Record<string, number>> {
  const weights = routing?.AdditionalVersionWeights ?? {};
  const versions = Object.keys(weights);
  if (versions.length === 0) return {};
  if (version === LATEST || versions.includes(LATEST)) {
    throw invalid("$LATEST is not supported for an alias pointing to more than 1 version");
  }
  if (versions.length > 1) throw invalid("Number of items in AdditionalVersionWeights cannot be greater than 1");
  if (versions.includes(version)) {
    throw invalid(
      `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
    );
  }
  return weights;
}

function requireAlias(place: Place, { aliases, name: fn }: FunctionRecord, name: string): Alias {
  const alias = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
  if (alias !== undefined) return alias;
  throw new LambdaError("ResourceNotFoundException", `Cannot find alias arn: ${functionArn(place, fn)}:${name}`);
}

function view(place: Place, fn: string, alias: Alias): AliasConfiguration {
  return {
    AliasArn: `${functionArn(place, fn)}:${alias.name}`,
    Name: alias.name,
    FunctionVersion: alias.version,
    Description: alias.description,
    ...(Object.keys(alias.weights).length === 0
      ? {}
      : { RoutingConfig: { AdditionalVersionWeights: { ...alias.weights } } }),
    RevisionId: alias.revisionId,
  };
}

function invalid(message: string): LambdaError {
  return new LambdaError("InvalidParameterValueException", message);
}
