import { PlatformError, toErrorBody } from "@sluice/core";
import type { ServerResponse } from "node:http";

export interface ErrorReplyDeps {
  readonly newId: () => string;
  readonly reportError: (error: unknown, errorId: string) => void;
}

/** Seconds after which a refused call is worth trying again. */
const RETRY_AFTER_S = 1;

/** Turns anything thrown into an answer: ours as it is, the framework's by its status, the rest as an id only. */
export function toPlatformError(error: unknown, deps: ErrorReplyDeps): PlatformError {
  if (error instanceof PlatformError && error.code !== "Internal.Error") return error;
  // Express and its router mark what the request did wrong (a bad percent escape in the path) with a 4xx status.
  const status = (error as { status?: unknown } | null)?.status;
  if (typeof status === "number" && status >= 400 && status < 500) {
    return new PlatformError("Request.Malformed", "The address cannot be decoded.", { cause: error });
  }
  const errorId = deps.newId();
  deps.reportError(error, errorId);
  return new PlatformError("Internal.Error", `Something went wrong inside Sluice (error id ${errorId}).`, {
    details: { errorId },
  });
}

export function sendError(response: ServerResponse, error: PlatformError): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (error.retryable && (error.status === 429 || error.status === 503)) {
    response.setHeader("Retry-After", String(RETRY_AFTER_S));
  }
  sendJson(response, error.status, JSON.stringify(toErrorBody(error)));
}

export function sendJson(response: ServerResponse, status: number, json: string): void {
  response.statusCode = status;
  response.setHeader("Cache-Control", "no-store");
  response.setHeader("X-Content-Type-Options", "nosniff");
  if (json === "") {
    response.end();
    return;
  }
  response.setHeader("Content-Type", "application/json; charset=utf-8");
  response.setHeader("Content-Length", String(Buffer.byteLength(json)));
  response.end(json);
}
