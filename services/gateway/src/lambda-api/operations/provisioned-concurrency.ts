import { type FunctionRecord, functionArn, LATEST, type ProvisionedConcurrency, provisionedStatus } from "@sluice/core";
import type { GetProvisionedConcurrencyConfigCommandOutput } from "@aws-sdk/client-lambda";
import { LambdaError } from "../lambda-error.ts";
import { type Caller, defineLambdaOperation, type LambdaOperation } from "../operation.ts";
import { UNRESERVED_MIN, unreserved } from "./account.ts";
import type { OperationDeps } from "./deps.ts";
import { changeRecord, type FunctionTarget, readTarget, requireRecord, requireVersion } from "./function-target.ts";
import { pageOf } from "./page.ts";
import { formatModified } from "./functions/configuration-view.ts";

const PER_PAGE = 50;

/** Environments kept warm for a version or an alias. Workers make them; what is asked for is a setting. */
export function provisionedConcurrencyOperations(deps: OperationDeps): LambdaOperation[] {
  return [putProvisioned(deps), getProvisioned(deps), deleteProvisioned(deps), listProvisioned(deps)];
}

function putProvisioned(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("PutProvisionedConcurrencyConfig", {
    async handle({ input, caller }) {
      const { target, qualifier } = readProvisioned(deps, caller, input);
      const requested = input.ProvisionedConcurrentExecutions ?? 0;
      await requireVersion(deps, target);
      if (requested > (await unreserved(deps, caller.tenant, target.ref.name)) - UNRESERVED_MIN) {
        throw new LambdaError(
          "InvalidParameterValueException",
          `Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${UNRESERVED_MIN}].`,
        );
      }
      const { record } = await changeRecord(deps, target, ({ settings }) => {
        checkReserved(settings, qualifier, requested);
        const entry: ProvisionedConcurrency = { requested, updatedAt: deps.now() };
        return {
          now: deps.now(),
          settings: { ...settings, provisioned: { ...settings.provisioned, [qualifier]: entry } },
        };
      });
      return await view(deps, record, qualifier);
    },
  });
}

function getProvisioned(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("GetProvisionedConcurrencyConfig", {
    async handle({ input, caller }) {
      const { target, qualifier } = readProvisioned(deps, caller, input);
      const { record } = await requireVersion(deps, target);
      if (!Object.hasOwn(record.settings.provisioned, qualifier)) throw noConfig();
      return await view(deps, record, qualifier);
    },
  });
}

function deleteProvisioned(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("DeleteProvisionedConcurrencyConfig", {
    async handle({ input, caller }) {
      const { target, qualifier } = readProvisioned(deps, caller, input);
      await changeRecord(deps, target, ({ settings }) => {
        const { [qualifier]: _, ...others } = settings.provisioned;
        return { now: deps.now(), settings: { ...settings, provisioned: others } };
      });
      return {};
    },
  });
}

function listProvisioned(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("ListProvisionedConcurrencyConfigs", {
    async handle({ input, caller }) {
      const target = readTarget(deps, caller, input);
      const record = await requireRecord(deps, target);
      const { items, marker } = pageOf(Object.keys(record.settings.provisioned).sort(), {
        marker: input.Marker,
        limit: input.MaxItems ?? PER_PAGE,
        keyOf: (qualifier) => qualifier,
      });
      const configs = await Promise.all(
        items.map(async (qualifier) => ({
          FunctionArn: functionArn(deps.place, target.ref.name, qualifier),
          ...(await view(deps, record, qualifier)),
        })),
      );
      return {
        ProvisionedConcurrencyConfigs: configs,
        ...(marker === undefined ? {} : { NextMarker: marker }),
      };
    },
  });
}

function readProvisioned(
  deps: OperationDeps,
  caller: Caller,
  input: { readonly FunctionName?: string | undefined; readonly Qualifier?: string | undefined },
): { readonly target: FunctionTarget; readonly qualifier: string } {
  const target = readTarget(deps, caller, input);
  if (target.qualifier !== undefined && target.qualifier !== LATEST) return { target, qualifier: target.qualifier };
  throw new LambdaError(
    "InvalidParameterValueException",
    "Provisioned Concurrency Configs cannot be applied to unpublished function versions.",
  );
}

function checkReserved(settings: FunctionRecord["settings"], qualifier: string, requested: number): void {
  const { reservedConcurrency, provisioned } = settings;
  if (reservedConcurrency === null) return;
  const others = Object.entries(provisioned).filter(([name]) => name !== qualifier);
  const sum = others.reduce((total, [, entry]) => total + entry.requested, requested);
  if (sum <= reservedConcurrency) return;
  throw new LambdaError(
    "InvalidParameterValueException",
    `Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function [${reservedConcurrency}].`,
  );
}

function noConfig(): LambdaError {
  return new LambdaError(
    "ProvisionedConcurrencyConfigNotFoundException",
    "No Provisioned Concurrency Config found for this function",
  );
}

type ProvisionedOutput = Omit<GetProvisionedConcurrencyConfigCommandOutput, "$metadata">;

async function view(deps: OperationDeps, record: FunctionRecord, qualifier: string): Promise<ProvisionedOutput> {
  const now = provisionedStatus(record, qualifier, await deps.workers.list());
  if (now === undefined) throw noConfig();
  return {
    RequestedProvisionedConcurrentExecutions: now.requested,
    AvailableProvisionedConcurrentExecutions: now.available,
    AllocatedProvisionedConcurrentExecutions: now.allocated,
    Status: now.status,
    ...(now.reason === undefined ? {} : { StatusReason: now.reason }),
    LastModified: formatModified(record.settings.provisioned[qualifier]?.updatedAt ?? deps.now()),
  };
}
