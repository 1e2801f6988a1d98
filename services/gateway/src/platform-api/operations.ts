import { putFunction } from "./deployments.ts";
import { documentOperations } from "./documents.ts";
import { functionOperations } from "./functions.ts";
import { invocationOperations } from "./invocations.ts";
import { keyOperations } from "./keys.ts";
import { readLogs } from "./logs.ts";
import type { Operation, PlatformApiDeps } from "./operation.ts";
import { queueOperations } from "./queues.ts";
import { tenantOperations } from "./tenants.ts";
import { listWorkers } from "./workers.ts";

/** Everything the platform API does. */
export function platformOperations(deps: PlatformApiDeps): readonly Operation[] {
  const operations: Operation[] = [
    ...functionOperations(deps),
    putFunction(deps),
    ...invocationOperations(deps),
    ...queueOperations(deps),
    readLogs(deps),
    listWorkers(deps),
    ...keyOperations(deps),
    ...tenantOperations(deps),
    ...documentOperations(() => operations),
  ];
  return operations;
}
