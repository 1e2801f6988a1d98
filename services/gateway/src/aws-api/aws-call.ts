import type { ServerResponse } from "node:http";
import { PlatformError } from "@sluice/core";
import { parseJsonBody } from "../request/json-body.ts";
import { AwsError } from "./aws-error.ts";

/** Who calls, as the request's signature said. */
export interface AwsCaller {
  readonly tenant: string;
  /** @throws PlatformError with status 403 when the caller may not do this */
  readonly authorise: (action: string, resourceArn: string) => void;
}

/** A request whose sender is known, with its body as it came. */
export interface OpenedCall {
  readonly caller: AwsCaller;
  readonly body: Uint8Array;
}

/**
 * Finds out who calls, and reads the body within its limit: once, and only of callers whose head is let in. Rejects with
 * AwsError or PlatformError, which the interface that was called answers in its own form.
 */
export type OpenCall = () => Promise<OpenedCall>;

/** Input of an operation in AWS' JSON protocol. @throws AwsError SerializationException */
export function readJsonInput(body: Uint8Array): unknown {
  try {
    return parseJsonBody(body).value;
  } catch (error) {
    if (error instanceof PlatformError) throw new AwsError("SerializationException", error.message);
    throw error;
  }
}

export interface AwsAnswer {
  readonly status: number;
  readonly requestId: string;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function sendAwsAnswer(response: ServerResponse, answer: AwsAnswer): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(answer.status, {
    "content-type": answer.contentType,
    "content-length": String(Buffer.byteLength(answer.body)),
    "cache-control": "no-store",
    "x-amzn-requestid": answer.requestId,
    ...answer.headers,
  });
  response.end(answer.body);
}
