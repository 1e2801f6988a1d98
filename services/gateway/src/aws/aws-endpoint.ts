import type { IncomingMessage, ServerResponse } from "node:http";
import type { ArtifactStore } from "@sluice/core";
import type { LambdaApi } from "../lambda-api/lambda-api.ts";
import type { CodeLinks } from "../lambda-api/operations/functions/code-links.ts";
import { isLambdaPath } from "../lambda-api/route.ts";
import type { AwsAccess } from "./aws-access.ts";

/** A quick look: whether `AwsEndpoint` may have an answer. */
export function isAwsAddress(url: string): boolean {
  return url.startsWith("/20") || url.startsWith("/code/");
}

export interface AwsEndpointOptions {
  readonly access: AwsAccess;
  readonly lambda: LambdaApi;
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
    const { access, lambda } = this.#options;
    if (isLambdaPath(url)) {
      await lambda.handle(request, response, access.authenticate(request, "lambda"));
      return true;
    }
    if (request.method === "GET" && url.startsWith("/code/")) {
      await this.#sendCode(url, response);
      return true;
    }
    return false;
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
