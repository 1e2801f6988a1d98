import { DeliveryError } from "./delivery-error.ts";
import type { Outlet, ParcelAttribute } from "./outlet.ts";

/** What of the store of message queues is needed here. */
export interface QueueSender {
  send(params: {
    readonly tenant: string;
    readonly name: string;
    readonly messages: readonly {
      readonly id: string;
      readonly body: string;
      readonly attributes: Readonly<Record<string, ParcelAttribute>>;
      readonly senderId: string;
      readonly traceHeader: string;
    }[];
  }): Promise<readonly ({ readonly kind: "sent" } | { readonly kind: "refused"; readonly reason: string })[]>;
}

/** A full queue may have room later; whatever else it refuses stays refused. */
export function createQueueOutlet(queues: QueueSender, newId: () => string): Outlet<"queue"> {
  return async ({ name }, { invocation: { tenant, function: sender }, chain, body, attributes }) => {
    const message = { id: newId(), body, attributes, senderId: sender, traceHeader: chain };
    const [outcome] = await queues.send({ tenant, name, messages: [message] });
    if (outcome?.kind !== "refused") return;
    throw new DeliveryError(`the queue '${name}' refused the message: ${outcome.reason}`, {
      permanent: outcome.reason !== "full",
    });
  };
}
