import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import { sendBody } from "../request/send-body.ts";
import type { LambdaError } from "./lambda-error.ts";

export interface LambdaReply {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  /** Empty: no body at all. */
  readonly body: string | Uint8Array;
}

/** Every answer carries the request's id; AWS's clients show it with each error. */
export function sendReply(response: ServerResponse, requestId: string, reply: LambdaReply): void {
  const length = typeof reply.body === "string" ? Buffer.byteLength(reply.body) : reply.body.byteLength;
  const headers: OutgoingHttpHeaders = { "x-amzn-RequestId": requestId, ...reply.headers };
  if (length > 0) headers["Content-Type"] ??= "application/json";
  if (reply.status !== 204) headers["Content-Length"] = length;
  response.writeHead(reply.status, headers);
  sendBody(response, reply.body);
}

/** After the first byte of an answer nothing is left to say but that it broke off. */
export function sendLambdaError(response: ServerResponse, requestId: string, error: LambdaError): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const headers: OutgoingHttpHeaders = { "x-amzn-ErrorType": error.type };
  if (error.retryAfterSeconds !== undefined) headers["Retry-After"] = error.retryAfterSeconds;
  sendReply(response, requestId, { status: error.status, headers, body: JSON.stringify(error.toBody()) });
}
