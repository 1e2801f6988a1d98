import { functionArn } from "@sluice/core";
import { LambdaError } from "../lambda-error.ts";
import { defineLambdaOperation, type LambdaOperation } from "../operation.ts";
import type { OperationDeps } from "./deps.ts";
import { readTarget, requireRecord } from "./function-target.ts";

/**
 * Durable executions, capacity providers and the scaling of functions on them. Nothing of the kind can be made here, so
 * what looks for one finds none, and what would make one is refused with the reason.
 */
export function notOfferedOperations(deps: OperationDeps): LambdaOperation[] {
  return [...capacityProviders(), ...scaling(deps), ...durableExecutions(deps)];
}

function capacityProviders(): LambdaOperation[] {
  const none = (name: string | undefined): LambdaError =>
    new LambdaError("ResourceNotFoundException", `Capacity provider not found: ${name ?? ""}`);
  return [
    defineLambdaOperation("CreateCapacityProvider", {
      async handle() {
        throw new LambdaError(
          "InvalidParameterValueException",
          "There are no capacity providers here: functions run on the workers; start more of them instead.",
        );
      },
    }),
    defineLambdaOperation("GetCapacityProvider", {
      async handle({ input }) {
        throw none(input.CapacityProviderName);
      },
    }),
    defineLambdaOperation("UpdateCapacityProvider", {
      async handle({ input }) {
        throw none(input.CapacityProviderName);
      },
    }),
    defineLambdaOperation("DeleteCapacityProvider", {
      async handle({ input }) {
        throw none(input.CapacityProviderName);
      },
    }),
    defineLambdaOperation("ListFunctionVersionsByCapacityProvider", {
      async handle({ input }) {
        throw none(input.CapacityProviderName);
      },
    }),
    defineLambdaOperation("ListCapacityProviders", { handle: async () => ({ CapacityProviders: [] }) }),
  ];
}

function scaling(deps: OperationDeps): LambdaOperation[] {
  return [
    defineLambdaOperation("PutFunctionScalingConfig", {
      async handle({ input, caller }) {
        await requireRecord(deps, readTarget(deps, caller, { FunctionName: input.FunctionName }));
        throw new LambdaError(
          "InvalidParameterValueException",
          "The function is not on a capacity provider; use reserved or provisioned concurrency.",
        );
      },
    }),
    defineLambdaOperation("GetFunctionScalingConfig", {
      async handle({ input, caller }) {
        const { ref } = readTarget(deps, caller, { FunctionName: input.FunctionName });
        await requireRecord(deps, { ref, qualifier: undefined });
        return { FunctionArn: functionArn(deps.place, ref.name, input.Qualifier) };
      },
    }),
  ];
}

function durableExecutions(deps: OperationDeps): LambdaOperation[] {
  const none = (): LambdaError =>
    new LambdaError("ResourceNotFoundException", "There is no such durable execution: none can be started here.");
  const refused = (): LambdaError =>
    new LambdaError("InvalidParameterValueException", "There is no such durable execution: none can be started here.");
  const fails = (error: () => LambdaError) => ({
    async handle(): Promise<never> {
      throw error();
    },
  });
  return [
    defineLambdaOperation("CheckpointDurableExecution", fails(refused)),
    defineLambdaOperation("GetDurableExecutionState", fails(refused)),
    defineLambdaOperation("GetDurableExecution", fails(none)),
    defineLambdaOperation("GetDurableExecutionHistory", fails(none)),
    defineLambdaOperation("StopDurableExecution", fails(none)),
    defineLambdaOperation("SendDurableExecutionCallbackSuccess", fails(none)),
    defineLambdaOperation("SendDurableExecutionCallbackFailure", fails(none)),
    defineLambdaOperation("SendDurableExecutionCallbackHeartbeat", fails(none)),
    defineLambdaOperation("ListDurableExecutionsByFunction", {
      async handle({ input, caller }) {
        await requireRecord(deps, readTarget(deps, caller, { FunctionName: input.FunctionName }));
        return { DurableExecutions: [] };
      },
    }),
  ];
}
