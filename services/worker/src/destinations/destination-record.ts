import { type EventEnding, functionArn, type Invocation, LIMITS, type Place } from "@sluice/core";

/**
 * What a destination is told of an event, in Lambda's form. Event and result are JSON text already and go in as they are.
 *
 * A record is an asynchronous event itself and keeps to that size: `responsePayload` is left out of one that would be
 * larger, and then `requestPayload` as well. What they were is in the function's log and with whoever sent the event.
 */
export function toDestinationRecord(params: {
  readonly place: Place;
  readonly invocation: Invocation;
  readonly ending: EventEnding;
}): string {
  const { place, invocation, ending } = params;
  const { response } = ending;
  const head = JSON.stringify({
    version: "1.0",
    timestamp: new Date(ending.at).toISOString(),
    requestContext: {
      requestId: invocation.id,
      functionArn: `${functionArn(place, invocation.function)}:${invocation.qualifier}`,
      condition: ending.condition,
      approximateInvokeCount: ending.invokeCount,
    },
  });
  const request = `,"requestPayload":${invocation.event}`;
  const context = response === null ? "" : `,"responseContext":${responseContext(response)}`;
  const payload = response === null || response.payload === null ? "" : `,"responsePayload":${response.payload}`;
  const forms = [request + context + payload, request + context, context];
  const rest = forms.find((form) => Buffer.byteLength(head) + Buffer.byteLength(form) <= LIMITS.asyncPayloadBytesMax);
  return `${head.slice(0, -1)}${rest ?? ""}}`;
}

function responseContext({ version, failed }: { readonly version: string; readonly failed: boolean }): string {
  return JSON.stringify({
    statusCode: 200,
    executedVersion: version,
    ...(failed ? { functionError: "Unhandled" } : {}),
  });
}
