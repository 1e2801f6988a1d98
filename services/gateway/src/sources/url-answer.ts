import type { ServerResponse } from "node:http";
import type { CallResult } from "../invoker.ts";
import { sendBody } from "../request/send-body.ts";
import { withoutCors } from "./cors.ts";
import { toUrlResponse } from "./url-response.ts";

/**
 * Answers a call with what the function returned.
 *
 * @param ruled the URL's settings say what browsers of other origins may do, not the function
 * @throws PlatformError why the call never started
 */
export function answerCall(response: ServerResponse, id: string, result: CallResult, ruled: boolean): void {
  if (result.kind === "refused") throw result.error;
  const reply = result.head.error === undefined ? toUrlResponse(result.payload) : undefined;
  const requestId = ["x-amzn-requestid", id];
  if (reply === undefined) {
    // Why it failed is in the function's log: a public caller learns only where to look.
    const body = JSON.stringify({ message: "Internal Server Error", invocationId: id });
    const length = String(body.length);
    response.writeHead(502, ["content-type", "application/json", "content-length", length, ...requestId]);
    response.end(body);
    return;
  }
  const headers = ruled ? withoutCors(reply.headers, response) : reply.headers;
  if (reply.body === undefined) {
    response.writeHead(reply.status, [...headers, ...requestId]).end();
    return;
  }
  const length = String(Buffer.byteLength(reply.body));
  response.writeHead(reply.status, [...headers, "content-length", length, ...requestId]);
  sendBody(response, reply.body);
}
