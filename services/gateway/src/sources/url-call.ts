import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type FunctionRef,
  formatLineage,
  type HttpTrigger,
  type Invocation,
  LIMITS,
  lineageOfInvocation,
  TRACE_HEADER,
} from "@sluice/core";
import { readAuthorised } from "../auth/read-authorised.ts";
import { answerPreflight, isPreflight, setCorsHeaders } from "./cors.ts";
import { answerCall } from "./url-answer.ts";
import { newInvocation, type SourceDeps, sourceIpOf } from "./source.ts";
import { StreamedResponse } from "./streamed-response.ts";
import { type IamCaller, toUrlEvent, type UrlHost } from "./url-event.ts";

/** A request to a function URL, whichever way it was addressed. */
export interface UrlCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly ref: FunctionRef;
  readonly qualifier: string;
  readonly trigger: HttpTrigger;
  /** What the function sees of the path, beginning with `/`. */
  readonly path: string;
  /** Without `?`. */
  readonly query: string;
  /** Of a call by host. */
  readonly host?: UrlHost;
  /** What the router took off the path. */
  readonly mount: string;
}

/** @throws PlatformError when the call cannot be made; what the function itself does wrong is answered with 502 */
export async function callUrl(deps: SourceDeps, call: UrlCall): Promise<void> {
  const { request, response, trigger, qualifier, ref } = call;
  const cors = trigger.url?.cors ?? undefined;
  if (cors !== undefined) {
    setCorsHeaders(response, cors, request.headers.origin);
    if (isPreflight(request)) return answerPreflight(response, cors);
  }
  const admitted = await admit(deps, call);
  if (admitted === undefined) return;
  const invocation = newInvocation(deps, { ref, source: "http", trigger: trigger.name, qualifier, request });
  const event = toUrlEvent({
    request,
    body: admitted.body,
    path: call.path,
    query: call.query,
    invocationId: invocation.id,
    functionName: ref.name,
    sourceIp: sourceIpOf(request, deps.trustedProxies),
    acceptedAt: invocation.acceptedAt,
    ...details(call, admitted.caller, invocation),
  });
  // Closed before all of it was handed over: nobody reads the answer.
  response.once("close", () => {
    if (!response.writableFinished) deps.invoker.abandon(invocation.id);
  });
  const streamed = new StreamedResponse(response, invocation.id, cors !== undefined);
  // Without a taker, a streamed response is collected and comes as the payload.
  const options =
    trigger.url?.invokeMode === "buffered"
      ? {}
      : { take: (head: string, bytes: Uint8Array) => streamed.take(head, bytes) };
  const result = await deps.invoker.call(invocation, event, options);
  if (streamed.started) streamed.finish(result.kind === "refused" || result.head.error !== undefined);
  else answerCall(response, invocation.id, result, cors !== undefined);
}

interface AdmittedCall {
  readonly body: Buffer;
  readonly caller?: IamCaller;
}

/** Undefined: refused, and answered. */
async function admit(deps: SourceDeps, call: UrlCall): Promise<AdmittedCall | undefined> {
  const { request, response, trigger } = call;
  if (trigger.auth.type !== "iam") {
    return { body: await readAuthorised(request, trigger.auth, LIMITS.payloadBytesMax) };
  }
  const { ref, qualifier } = call;
  const url = call.mount + (request.url ?? "/");
  const admission = await deps.signedUrls.admit(request, { ref, qualifier, url });
  if (admission.ok) return admission;
  const { body, errorType } = admission;
  if (errorType !== undefined) response.setHeader("x-amzn-ErrorType", errorType);
  response.setHeader("Content-Type", "application/json");
  response.writeHead(403).end(body);
  return undefined;
}

/** What only URLs with settings, and those called by host, tell: a plain one is called as often as can be. */
function details(
  { host, trigger, response }: UrlCall,
  caller: IamCaller | undefined,
  invocation: Omit<Invocation, "event">,
): { host?: UrlHost; caller?: IamCaller; trace?: string } {
  if (host === undefined && caller === undefined && trigger.url === undefined) return {};
  const lineage = lineageOfInvocation(invocation);
  response.setHeader(TRACE_HEADER, `Root=${lineage.root}`);
  return {
    ...(host === undefined ? {} : { host }),
    ...(caller === undefined ? {} : { caller }),
    trace: formatLineage(lineage),
  };
}
