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
