import { kv } from "sluice";
import { type Delivery, deliveryKey, KEPT_SECONDS } from "./delivery.ts";

interface WebhookEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly requestContext: { readonly timeEpoch: number };
}

/**
 * Time and id are those of the delivery, not of this attempt: an event may be handed over twice, and then the second
 * attempt writes the same row again.
 */
export const handler = async (event: WebhookEvent, context: { readonly awsRequestId: string }): Promise<string> => {
  const contentType = event.headers["content-type"] ?? "";
  const delivery: Delivery = {
    id: context.awsRequestId,
    receivedAt: new Date(event.requestContext.timeEpoch).toISOString(),
    contentType,
    body: readBody(event, contentType),
  };
  await kv.put(deliveryKey(delivery), JSON.stringify(delivery), { ttlSeconds: KEPT_SECONDS });
  console.log("recorded", deliveryKey(delivery));
  return deliveryKey(delivery);
};

function readBody(event: WebhookEvent, contentType: string): unknown {
  const body = event.body ?? "";
  const text = event.isBase64Encoded === true ? Buffer.from(body, "base64").toString("utf8") : body;
  if (!contentType.includes("json")) return text;
  try {
    return JSON.parse(text);
  } catch {
    // The sender's mistake; as text it can still be read.
    return text;
  }
}
