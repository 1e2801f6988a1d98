import { functionArn, LATEST } from "@sluice/core";
import type { UpdateRuntimeOn } from "@aws-sdk/client-lambda";
import { LambdaError } from "../lambda-error.ts";
import { defineLambdaOperation, type LambdaOperation } from "../operation.ts";
import type { OperationDeps } from "./deps.ts";
import { changeRecord, type FunctionTarget, readTarget, requireVersion } from "./function-target.ts";

/** There is one runtime, that of the workers: when it changes is kept and shown, and which one it is cannot be chosen. */
export function runtimeManagementOperations(deps: OperationDeps): LambdaOperation[] {
  return [putConfig(deps), getConfig(deps)];
}

function putConfig(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("PutRuntimeManagementConfig", {
    async handle({ input, caller }) {
      const target = readTarget(deps, caller, input);
      if (input.UpdateRuntimeOn === "Manual") {
        throw new LambdaError(
          "InvalidParameterValueException",
          "UpdateRuntimeOn Manual cannot be had: functions run in the runtime of the workers, and no other version of it is kept.",
        );
      }
      await requireVersion(deps, target);
      const update = input.UpdateRuntimeOn ?? "Auto";
      await changeRecord(deps, target, ({ settings }) => ({
        now: deps.now(),
        settings: { ...settings, echoed: { ...settings.echoed, [keyOf(target)]: update } },
      }));
      return { UpdateRuntimeOn: update, FunctionArn: arnOf(deps, target) };
    },
  });
}

function getConfig(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("GetRuntimeManagementConfig", {
    async handle({ input, caller }) {
      const target = readTarget(deps, caller, input);
      const { record } = await requireVersion(deps, target);
      const update = record.settings.echoed[keyOf(target)] ?? "Auto";
      return { UpdateRuntimeOn: update as UpdateRuntimeOn, FunctionArn: arnOf(deps, target) };
    },
  });
}

function keyOf({ qualifier = LATEST }: FunctionTarget): string {
  return `runtime-management:${qualifier}`;
}

function arnOf({ place }: OperationDeps, { ref, qualifier = LATEST }: FunctionTarget): string {
  return `${functionArn(place, ref.name)}:${qualifier}`;
}
