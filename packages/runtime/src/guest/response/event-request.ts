import { giveSignal, Request } from "../fetch/request.ts";
import { loadBuffer } from "../lazy.ts";
import type { AbortSignal } from "../web/abort.ts";

/** An HTTP event of payload format 2.0, as far as a request is made of it. */
interface HttpEvent {
  readonly rawPath?: string;
  readonly rawQueryString?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly requestContext: { readonly domainName?: string; readonly http: { readonly method: string } };
}

/** Where events come from that are no HTTP call: nobody can reach it, and nothing else has this name. */
const EVENT_ORIGIN = "https://event.sluice.internal";
const BODILESS: readonly string[] = ["GET", "HEAD"];

/** The request that an event stands for; one that is no HTTP call (cron, object storage, invoke) is posted as JSON. */
export function requestOf(event: unknown, signal: () => AbortSignal): Request {
  const request = toRequest(event);
  giveSignal(request, signal);
  return request;
}

function toRequest(event: unknown): Request {
  if (!isHttpEvent(event)) {
    const headers = { "content-type": "application/json" };
    return new Request(`${EVENT_ORIGIN}/`, { method: "POST", headers, body: JSON.stringify(event) });
  }
  const { method } = event.requestContext.http;
  const headers = { ...event.headers };
  if (event.cookies !== undefined && event.cookies.length > 0) headers["cookie"] = event.cookies.join("; ");
  const scheme = headers["x-forwarded-proto"] === "https" ? "https" : "http";
  const host = headers["host"] ?? event.requestContext.domainName ?? "localhost";
  const query = event.rawQueryString === undefined || event.rawQueryString === "" ? "" : `?${event.rawQueryString}`;
  const body = BODILESS.includes(method) ? undefined : bodyOf(event);
  return new Request(`${scheme}://${host}${event.rawPath ?? "/"}${query}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
}

function bodyOf({ body, isBase64Encoded }: HttpEvent): string | Uint8Array | undefined {
  if (body === undefined) return undefined;
  return isBase64Encoded === true ? loadBuffer().Buffer.from(body, "base64") : body;
}

function isHttpEvent(event: unknown): event is HttpEvent {
  const context = (event as { readonly requestContext?: { readonly http?: unknown } } | null)?.requestContext;
  return typeof context === "object" && context !== null && typeof context.http === "object" && context.http !== null;
}
