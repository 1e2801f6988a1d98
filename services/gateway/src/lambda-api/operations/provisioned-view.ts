import type { FunctionRecord } from "@sluice/core";
import type { OperationDeps } from "./deps.ts";

export interface ProvisionedView {
  readonly status: "IN_PROGRESS" | "READY" | "FAILED";
  readonly available: number;
  readonly allocated: number;
  readonly reason?: string;
}

/** What the workers have made of a setting. */
export async function provisionedView(
  _deps: Pick<OperationDeps, "workers" | "now">,
  record: FunctionRecord,
  qualifier: string,
): Promise<ProvisionedView> {
  const requested = record.settings.provisioned[qualifier]?.requested ?? 0;
  return { status: "IN_PROGRESS", available: 0, allocated: Math.min(0, requested) };
}
