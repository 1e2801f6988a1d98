import { randomUUID } from "node:crypto";
import type { FunctionRef, Invocation } from "@sluice/core";

export const FN: FunctionRef = { tenant: "default", name: "thumbnails" };

export function invocationOf(fn: FunctionRef = FN, event = "{}"): Invocation {
  return {
    id: randomUUID(),
    tenant: fn.tenant,
    function: fn.name,
    qualifier: "$LATEST",
    source: "webhook",
    trigger: "photos",
    event,
    acceptedAt: Date.now(),
  };
}
