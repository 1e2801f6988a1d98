import type { InvocationQueue } from "@sluice/core";
import type { FunctionCache, Journal } from "@sluice/store";
import { DeliveryError } from "./delivery-error.ts";
import type { Outlet } from "./outlet.ts";

export interface FunctionOutletOptions {
  readonly functions: Pick<FunctionCache, "get">;
  readonly queue: Pick<InvocationQueue, "enqueue">;
  readonly journal: Pick<Journal, "fact">;
  readonly now: () => number;
  readonly newId: () => string;
}

/** Queues the record for another function of the same tenant. A repetition after a crash queues nothing. */
export function createFunctionOutlet(options: FunctionOutletOptions): Outlet<"function"> {
  const { functions, queue, journal, now, newId } = options;
  return async ({ name, qualifier }, { invocation: { tenant }, id, chain, body }) => {
    if ((await functions.get({ tenant, name }, qualifier)) === undefined) {
      throw new DeliveryError(`there is no function '${name}' with the qualifier '${qualifier}'`);
    }
    const { duplicate } = await queue.enqueue(
      {
        id: newId(),
        tenant,
        function: name,
        qualifier,
        source: "destination",
        trigger: "",
        event: body,
        acceptedAt: now(),
        lineage: chain,
      },
      { idempotencyKey: `destination:${id}` },
    );
    const type = duplicate ? "deduplicated" : "accepted";
    journal.fact({ at: now(), tenant, function: name, source: "destination", type });
  };
}
