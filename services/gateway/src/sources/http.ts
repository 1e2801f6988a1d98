import type { IncomingMessage, ServerResponse } from "node:http";
import { LIMITS, parseQualifiedName, PlatformError } from "@sluice/core";
import { readAuthorised } from "../auth/read-authorised.ts";
import type { CallResult } from "../invoker.ts";
import { sendBody } from "../request/send-body.ts";
import { newInvocation, parseSourceAddress, type SourceDeps, sourceIpOf } from "./source.ts";
import { StreamedResponse } from "./streamed-response.ts";
import { toUrlEvent } from "./url-event.ts";
import { toUrlResponse } from "./url-response.ts";

/**
 * Function URLs: `/fn/<function>[:<version>]/…`, any method, synchronous over the direct lane.
 *
 * @throws PlatformError when the call cannot be made; what the function itself does wrong is answered with 502
 */
export async function handleFunctionUrl(
  deps: SourceDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const address = parseSourceAddress(request.url ?? "/");
  const qualified = parseQualifiedName(address.name);
  if (qualified === undefined) throw new PlatformError("Function.NotFound", "This is not a function's name.");
  const ref = { tenant: address.tenant, name: qualified.name };
  const { trigger } = await deps.triggers.findUrl(ref);
  const body = await readAuthorised(request, trigger.auth, LIMITS.payloadBytesMax);

  const invocation = newInvocation(deps, {
    ref,
    source: "http",
    trigger: trigger.name,
    qualifier: qualified.qualifier,
    request,
  });
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
  // Closed before all of it was handed over: nobody reads the answer.
  response.once("close", () => {
    if (!response.writableFinished) deps.invoker.abandon(invocation.id);
  });
  const streamed = new StreamedResponse(response, invocation.id);
  const result = await deps.invoker.call(invocation, event, { take: (head, bytes) => streamed.take(head, bytes) });
  if (streamed.started) streamed.finish(result.kind === "refused" || result.head.error !== undefined);
  else answer(response, invocation.id, result);
}

function answer(response: ServerResponse, id: string, result: CallResult): void {
  if (result.kind === "refused") throw result.error;
  const reply = result.head.error === undefined ? toUrlResponse(result.payload) : undefined;
  if (reply === undefined) {
    // Why it failed is in the function's log: a public caller learns only where to look.
    const body = JSON.stringify({ message: "Internal Server Error", invocationId: id });
    response.writeHead(502, [
      "content-type",
      "application/json",
      "content-length",
      String(body.length),
      "x-amzn-requestid",
      id,
    ]);
    response.end(body);
    return;
  }
  const requestId = ["x-amzn-requestid", id];
  if (reply.body === undefined) {
    response.writeHead(reply.status, [...reply.headers, ...requestId]).end();
    return;
  }
  const length = String(Buffer.byteLength(reply.body));
  response.writeHead(reply.status, [...reply.headers, "content-length", length, ...requestId]);
  sendBody(response, reply.body);
}
