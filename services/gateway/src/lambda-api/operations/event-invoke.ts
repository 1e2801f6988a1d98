import {
  type AsyncRule,
  DEFAULT_ASYNC_RULE,
  defaultDelays,
  type FunctionSettings,
  functionArn,
  LATEST,
  type Place,
} from "@sluice/core";
import type { FunctionEventInvokeConfig } from "@aws-sdk/client-lambda";
import { LambdaError } from "../lambda-error.ts";
import { type Caller, defineLambdaOperation, type LambdaOperation } from "../operation.ts";
import { authoriseTarget, checkDestination } from "./destination.ts";
import type { OperationDeps } from "./deps.ts";
import { changeRecord, type FunctionTarget, readTarget, requireRecord, requireVersion } from "./function-target.ts";
import { pageOf } from "./page.ts";

const PER_PAGE = 50;

interface RuleInput {
  readonly MaximumRetryAttempts?: number | undefined;
  readonly MaximumEventAgeInSeconds?: number | undefined;
  readonly DestinationConfig?:
    | {
        readonly OnSuccess?: { readonly Destination?: string | undefined } | undefined;
        readonly OnFailure?: { readonly Destination?: string | undefined } | undefined;
      }
    | undefined;
}

/** What becomes of asynchronous events: retries, age and destinations, for each qualifier. */
export function eventInvokeOperations(deps: OperationDeps): LambdaOperation[] {
  return [
    defineLambdaOperation("PutFunctionEventInvokeConfig", {
      handle: ({ input, caller }) => write(deps, caller, input, () => DEFAULT_ASYNC_RULE),
    }),
    defineLambdaOperation("UpdateFunctionEventInvokeConfig", {
      handle: ({ input, caller }) => {
        const target = readTarget(deps, caller, input);
        return write(deps, caller, input, (settings) => requireRule(deps.place, target, settings));
      },
    }),
    getConfig(deps),
    deleteConfig(deps),
    listConfigs(deps),
  ];
}

async function write(
  deps: OperationDeps,
  caller: Caller,
  input: RuleInput & Parameters<typeof readTarget>[2],
  base: (settings: FunctionSettings) => AsyncRule,
): Promise<FunctionEventInvokeConfig> {
  const target = readTarget(deps, caller, input);
  await requireVersion(deps, target);
  await authoriseTarget(deps, caller, input.DestinationConfig?.OnSuccess?.Destination);
  await authoriseTarget(deps, caller, input.DestinationConfig?.OnFailure?.Destination);
  const qualifier = target.qualifier ?? LATEST;
  const { record } = await changeRecord(deps, target, ({ settings }) => {
    const rule = applyRule(deps, base(settings), input);
    return { now: deps.now(), settings: { ...settings, asyncRules: { ...settings.asyncRules, [qualifier]: rule } } };
  });
  return view(deps.place, target.ref.name, qualifier, requireRule(deps.place, target, record.settings));
}

function applyRule(deps: OperationDeps, before: AsyncRule, input: RuleInput): AsyncRule {
  const { MaximumRetryAttempts: retries, MaximumEventAgeInSeconds: age, DestinationConfig: destinations } = input;
  const { retry } = before;
  return {
    retry: {
      delaysMs: retries === undefined ? retry.delaysMs : defaultDelays(retries),
      maxEventAgeMs: age === undefined ? retry.maxEventAgeMs : age * 1000,
    },
    onSuccess:
      destinations === undefined ? before.onSuccess : checkDestination(deps.place, destinations.OnSuccess, "OnSuccess"),
    onFailure:
      destinations === undefined ? before.onFailure : checkDestination(deps.place, destinations.OnFailure, "OnFailure"),
    updatedAt: deps.now(),
  };
}

function getConfig(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("GetFunctionEventInvokeConfig", {
    async handle({ input, caller }) {
      const target = readTarget(deps, caller, input);
      const { settings } = await requireRecord(deps, target);
      const rule = requireRule(deps.place, target, settings);
      return view(deps.place, target.ref.name, target.qualifier ?? LATEST, rule);
    },
  });
}

function deleteConfig(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("DeleteFunctionEventInvokeConfig", {
    async handle({ input, caller }) {
      const target = readTarget(deps, caller, input);
      await changeRecord(deps, target, ({ settings }) => {
        requireRule(deps.place, target, settings);
        const { [target.qualifier ?? LATEST]: _, ...others } = settings.asyncRules;
        return { now: deps.now(), settings: { ...settings, asyncRules: others } };
      });
      return {};
    },
  });
}

function listConfigs(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("ListFunctionEventInvokeConfigs", {
    async handle({ input, caller }) {
      const target = readTarget(deps, caller, input);
      const { settings } = await requireRecord(deps, target);
      const { items, marker } = pageOf(Object.entries(settings.asyncRules).sort(byName), {
        marker: input.Marker,
        limit: input.MaxItems ?? PER_PAGE,
        keyOf: ([qualifier]) => qualifier,
      });
      return {
        FunctionEventInvokeConfigs: items.map(([qualifier, rule]) =>
          view(deps.place, target.ref.name, qualifier, rule),
        ),
        ...(marker === undefined ? {} : { NextMarker: marker }),
      };
    },
  });
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function requireRule(place: Place, { ref, qualifier = LATEST }: FunctionTarget, settings: FunctionSettings): AsyncRule {
  const rule = Object.hasOwn(settings.asyncRules, qualifier) ? settings.asyncRules[qualifier] : undefined;
  if (rule !== undefined) return rule;
  throw new LambdaError(
    "ResourceNotFoundException",
    `The function ${functionArn(place, ref.name)}:${qualifier} doesn't have an EventInvokeConfig`,
  );
}

function view(place: Place, name: string, qualifier: string, rule: AsyncRule): FunctionEventInvokeConfig {
  const { retry, onSuccess, onFailure, updatedAt } = rule;
  return {
    FunctionArn: `${functionArn(place, name)}:${qualifier}`,
    LastModified: new Date(updatedAt),
    MaximumRetryAttempts: retry.delaysMs.length,
    MaximumEventAgeInSeconds: Math.round(retry.maxEventAgeMs / 1000),
    DestinationConfig: {
      OnSuccess: onSuccess === null ? {} : { Destination: onSuccess },
      OnFailure: onFailure === null ? {} : { Destination: onFailure },
    },
  };
}
