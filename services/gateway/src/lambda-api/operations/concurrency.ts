import type { FunctionRecord } from "@sluice/core";
import { LambdaError } from "../lambda-error.ts";
import { defineLambdaOperation, type LambdaOperation } from "../operation.ts";
import { CONCURRENCY_LIMIT, UNRESERVED_MIN, unreserved } from "./account.ts";
import type { OperationDeps } from "./deps.ts";
import { changeRecord, readTarget, requireRecord } from "./function-target.ts";

/** Reserved concurrency: at once for every version, in both lanes, over all workers. */
export function concurrencyOperations(deps: OperationDeps): LambdaOperation[] {
  return [putConcurrency(deps), getConcurrency(deps), deleteConcurrency(deps)];
}

function putConcurrency(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("PutFunctionConcurrency", {
    async handle({ input, caller }) {
      const target = readTarget(deps, caller, input);
      const reserved = input.ReservedConcurrentExecutions ?? 0;
      const record = await requireRecord(deps, target);
      await checkUnreserved(deps, record, reserved);
      await changeRecord(deps, target, ({ settings }) => {
        const provisioned = Object.values(settings.provisioned).reduce((sum, { requested }) => sum + requested, 0);
        if (reserved < provisioned) {
          throw invalid(
            `ReservedConcurrentExecutions ${reserved} must not be less than the provisioned concurrency of the function, ${provisioned}.`,
          );
        }
        return { now: deps.now(), settings: { ...settings, reservedConcurrency: reserved } };
      });
      return { ReservedConcurrentExecutions: reserved };
    },
  });
}

function getConcurrency(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("GetFunctionConcurrency", {
    async handle({ input, caller }) {
      const { settings } = await requireRecord(deps, readTarget(deps, caller, input));
      const { reservedConcurrency } = settings;
      return reservedConcurrency === null ? {} : { ReservedConcurrentExecutions: reservedConcurrency };
    },
  });
}

function deleteConcurrency(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("DeleteFunctionConcurrency", {
    async handle({ input, caller }) {
      await changeRecord(deps, readTarget(deps, caller, input), ({ settings }) => ({
        now: deps.now(),
        settings: { ...settings, reservedConcurrency: null },
      }));
      return {};
    },
  });
}

/** Something must be left for the functions that reserve nothing. */
async function checkUnreserved(deps: OperationDeps, record: FunctionRecord, reserved: number): Promise<void> {
  const free = await unreserved(deps, record.tenant, record.name);
  if (reserved === 0 || free - reserved >= UNRESERVED_MIN) return;
  throw invalid(
    `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its ` +
      `minimum value of [${UNRESERVED_MIN}]; the limit over all functions is ${CONCURRENCY_LIMIT}.`,
  );
}

function invalid(message: string): LambdaError {
  return new LambdaError("InvalidParameterValueException", message);
}
