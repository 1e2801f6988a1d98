/** One row in kv for each delivery, under `delivery:<time>:<invocation>`, so that keys are in the order of arrival. */
export interface Delivery {
  readonly id: string;
  readonly receivedAt: string;
  readonly contentType: string;
  readonly body: unknown;
}

export const DELIVERY_PREFIX = "delivery:";
export const KEPT_SECONDS = 24 * 3600;

export function deliveryKey(delivery: Delivery): string {
  return `${DELIVERY_PREFIX}${delivery.receivedAt}:${delivery.id}`;
}
