import type { IncomingMessage, ServerResponse } from "node:http";
import type { CorsRule } from "@sluice/core";

/**
 * CORS as a function URL's settings have it, in place of the function's own headers.
 *
 * Where origins are listed, the answer names the one that asked, and says that it depends on who asks. `*` is answered as
 * it is, never with the asking origin: browsers then send no credentials, whatever `allowCredentials` says.
 */

/** Sets what every answer says, errors included: answers that are written later keep it. */
export function setCorsHeaders(response: ServerResponse, cors: CorsRule, origin: string | undefined): void {
  if (origin === undefined) return void response.setHeader("Vary", "Origin");
  const allowed = allowedOrigin(cors, origin);
  if (allowed !== "*") response.setHeader("Vary", "Origin");
  if (allowed === undefined) return;
  response.setHeader("Access-Control-Allow-Origin", allowed);
  if (cors.allowCredentials === true) response.setHeader("Access-Control-Allow-Credentials", "true");
  setList(response, "Access-Control-Expose-Headers", cors.exposeHeaders);
}

/** A browser's question whether it may send the request itself. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === "OPTIONS" && headers.origin !== undefined && headers["access-control-request-method"] !== undefined;
}

/** After `setCorsHeaders`. An origin that may not call gets an answer that permits nothing. */
export function answerPreflight(response: ServerResponse, cors: CorsRule): void {
  if (response.hasHeader("Access-Control-Allow-Origin")) {
    setList(response, "Access-Control-Allow-Methods", cors.allowMethods);
    setList(response, "Access-Control-Allow-Headers", cors.allowHeaders);
    if (cors.maxAgeSeconds !== undefined) response.setHeader("Access-Control-Max-Age", String(cors.maxAgeSeconds));
    // A preflight's answer exposes nothing.
    response.removeHeader("Access-Control-Expose-Headers");
  }
  response.setHeader("Content-Length", "0");
  response.writeHead(200).end();
}

/**
 * A function's headers without those that the URL's settings stand for. `Vary` is both's.
 *
 * @param headers name and value, alternating
 */
export function withoutCors(headers: readonly string[], response: ServerResponse): readonly string[] {
  const kept: string[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    const [name = "", value = ""] = headers.slice(at, at + 2);
    const lower = name.toLowerCase();
    if (lower.startsWith("access-control-")) continue;
    const both = lower === "vary" && response.hasHeader("Vary") && !/\borigin\b/i.test(value);
    kept.push(name, both ? `${value}, Origin` : value);
  }
  return kept;
}

function allowedOrigin({ allowOrigins = [] }: CorsRule, origin: string): string | undefined {
  if (allowOrigins.includes("*")) return "*";
  return allowOrigins.some((allowed) => allowed.toLowerCase() === origin.toLowerCase()) ? origin : undefined;
}

function setList(response: ServerResponse, name: string, values: readonly string[] | undefined): void {
  if (values !== undefined && values.length > 0) response.setHeader(name, values.join(","));
}
