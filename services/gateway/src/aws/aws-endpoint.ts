import type { IncomingMessage, ServerResponse } from "node:http";
import { type ArtifactStore, LIMITS } from "@sluice/core";
import type { LambdaApi } from "../lambda-api/lambda-api.ts";
import type { CodeLinks } from "../lambda-api/operations/functions/code-links.ts";
import { isLambdaPath } from "../lambda-api/route.ts";
import type { KeyCall } from "../sts-api/sts-api.ts";
import type { AwsAccess } from "./aws-access.ts";
import { type AwsServiceName, findService } from "./find-service.ts";

/** A quick look: whether `AwsEndpoint` may have an answer. Paths of Lambda and of queues begin with a digit. */
const ADDRESS = /^\/(?:$|\?|\d|code\/|schedule|tags\/)/;

export function isAwsAddress(url: string): boolean {
  return ADDRESS.test(url);
}

/** The most that is read of a request's body: what the service takes, in its wire form. */
const BODY_BYTES: Readonly<Record<AwsServiceName, number>> = {
  // A form may spell each byte with three.
  sqs: 4 * LIMITS.messageBytesMax,
  // Records are in base64.
  kinesis: 2 * LIMITS.putRecordsBytesMax,
  scheduler: 1024 * 1024,
  sts: 64 * 1024,
};

/** Answers every request; `open` finds out who calls. */
export type AwsService = (
  request: IncomingMessage,
  response: ServerResponse,
  open: () => Promise<KeyCall>,
) => Promise<void>;

export interface AwsEndpointOptions {
  readonly access: AwsAccess;
  readonly lambda: LambdaApi;
  readonly services: Readonly<Record<AwsServiceName, AwsService>>;
  readonly links: CodeLinks;
  readonly artifacts: ArtifactStore;
}

/** The addresses at which clients of AWS find what they know: they do not pass through express (ADR 0004). */
export class AwsEndpoint {
  readonly #options: AwsEndpointOptions;

  constructor(options: AwsEndpointOptions) {
    this.#options = options;
  }

  /** False when the address is none of these: then nothing was answered. Rejects with what the gateway answers itself. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const url = request.url ?? "/";
    const { access, lambda, services } = this.#options;
    if (isLambdaPath(url)) {
      await lambda.handle(request, response, access.authenticate(request, "lambda"));
      return true;
    }
    if (request.method === "GET" && url.startsWith("/code/")) {
      await this.#sendCode(url, response);
      return true;
    }
    const service = findService(request);
    if (service === undefined) return false;
    await services[service](request, response, access.open(request, service, BODY_BYTES[service]));
    return true;
  }

  async #sendCode(url: string, response: ServerResponse): Promise<void> {
    const { links, artifacts } = this.#options;
    const digest = links.read(url);
    const code = digest === undefined ? undefined : await artifacts.get(digest);
    if (code === undefined) {
      response.writeHead(403, { "Content-Type": "application/json" });
      response.end('{"message":"This link is not valid, or over: ask for the function again to get another."}');
      return;
    }
    response.writeHead(200, { "Content-Type": "application/zip", "Content-Length": code.length });
    response.end(code);
  }
}
