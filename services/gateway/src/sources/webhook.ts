import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { LIMITS, PlatformError } from "@sluice/core";
import { readAuthorised } from "../auth/read-authorised.ts";
import { parseJsonBody } from "../request/json-body.ts";
import { sendJson } from "../request/reply.ts";
import { newInvocation, parseSourceAddress, type SourceDeps, sourceIpOf } from "./source.ts";
import { toUrlEvent } from "./url-event.ts";

/** Names under which senders number their deliveries; the same delivery sent again is one invocation. */
const DELIVERY_IDS = ["idempotency-key", "webhook-id", "x-github-delivery"] as const;
const DELIVERY_ID_MAX = 256;

/**
 * `POST /hooks/<trigger>`: 202 with the invocation's id once Redis has the event. The event is that of a function URL.
 *
 * @throws PlatformError when it was not accepted
 */
export async function handleWebhook(
  deps: SourceDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const address = parseSourceAddress(request.url ?? "/");
  if (request.method !== "POST") {
    response.setHeader("Allow", "POST");
    throw new PlatformError("Request.MethodNotAllowed", `${request.method} is not taken here; POST is.`);
  }
  const { trigger, function: ref } = await deps.triggers.find(address.tenant, "webhook", address.name);
  const body = await readAuthorised(request, trigger.auth, LIMITS.asyncPayloadBytesMax);
  if (isJson(request.headers) && body.length > 0) parseJsonBody(body);

  const invocation = newInvocation(deps, { ref, source: "webhook", trigger: trigger.name, request });
  const event = toUrlEvent({
    request,
    body,
    path: address.path,
    query: address.query,
    invocationId: invocation.id,
    functionName: ref.name,
    sourceIp: sourceIpOf(request, deps.trustedProxies),
    acceptedAt: invocation.acceptedAt,
  });
  const delivery = deliveryId(request.headers);
  const options = delivery === undefined ? {} : { idempotencyKey: `webhook:${trigger.name}:${delivery}` };
  const { id, duplicate } = await deps.invoker.enqueue({ ...invocation, event }, options);
  sendJson(response, 202, JSON.stringify({ invocationId: id, duplicate }));
}

function deliveryId(headers: IncomingHttpHeaders): string | undefined {
  for (const name of DELIVERY_IDS) {
    const value = headers[name];
    if (typeof value === "string" && value !== "") {
      if (value.length > DELIVERY_ID_MAX) {
        throw new PlatformError("Request.Malformed", `'${name}' is longer than ${DELIVERY_ID_MAX} characters.`);
      }
      return `${name}:${value}`;
    }
  }
  return undefined;
}

function isJson(headers: IncomingHttpHeaders): boolean {
  return /^application\/([\w.+-]+\+)?json\b/i.test(headers["content-type"] ?? "");
}
