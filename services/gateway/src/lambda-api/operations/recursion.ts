import { defineLambdaOperation, type LambdaOperation } from "../operation.ts";
import type { OperationDeps } from "./deps.ts";
import { changeRecord, readTarget, requireRecord } from "./function-target.ts";

/** Whether a function that calls itself in a loop is stopped. */
export function recursionOperations(deps: OperationDeps): LambdaOperation[] {
  return [
    defineLambdaOperation("PutFunctionRecursionConfig", {
      async handle({ input, caller }) {
        const recursiveLoop = input.RecursiveLoop ?? "Terminate";
        await changeRecord(deps, readTarget(deps, caller, input), ({ settings }) => ({
          now: deps.now(),
          settings: { ...settings, recursiveLoop },
        }));
        return { RecursiveLoop: recursiveLoop };
      },
    }),
    defineLambdaOperation("GetFunctionRecursionConfig", {
      async handle({ input, caller }) {
        const { settings } = await requireRecord(deps, readTarget(deps, caller, input));
        return { RecursiveLoop: settings.recursiveLoop };
      },
    }),
  ];
}
