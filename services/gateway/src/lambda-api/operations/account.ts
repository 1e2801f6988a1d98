import { LIMITS } from "@sluice/core";
import { defineLambdaOperation, type LambdaOperation } from "../operation.ts";
import type { OperationDeps } from "./deps.ts";

/** What a tenant's functions may run at once together, as AWS has it for a new account. */
export const CONCURRENCY_LIMIT = 1_000;
/** Of these, what no function may reserve for itself. */
export const UNRESERVED_MIN = 100;

const UNZIPPED_BYTES_MAX = 262_144_000;
const TOTAL_CODE_BYTES_MAX = 80_530_636_800;

export function accountSettings(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("GetAccountSettings", {
    async handle({ caller }) {
      const records = await deps.registry.listFunctions(caller.tenant);
      const codeBytes = records.reduce((sum, { latest }) => sum + (latest.upload?.bytes ?? latest.codeBytes), 0);
      return {
        AccountLimit: {
          TotalCodeSize: TOTAL_CODE_BYTES_MAX,
          CodeSizeUnzipped: UNZIPPED_BYTES_MAX,
          CodeSizeZipped: LIMITS.codeBytesMax,
          ConcurrentExecutions: CONCURRENCY_LIMIT,
          UnreservedConcurrentExecutions: await unreserved(deps, caller.tenant),
        },
        AccountUsage: { TotalCodeSize: codeBytes, FunctionCount: records.length },
      };
    },
  });
}

/** What is left of the limit. @param except a function whose own reservation does not count */
export async function unreserved(
  { registry }: Pick<OperationDeps, "registry">,
  tenant: string,
  except?: string,
): Promise<number> {
  const records = await registry.listFunctions(tenant);
  const reserved = records
    .filter(({ name }) => name !== except)
    .reduce((sum, { settings }) => sum + (settings.reservedConcurrency ?? 0), 0);
  return CONCURRENCY_LIMIT - reserved;
}
