import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { PlatformError } from "@sluice/core";
import express, { type Express } from "express";
import { type AwsEndpoint, isAwsAddress } from "./aws/aws-endpoint.ts";
import { withContinue } from "./request/expect-continue.ts";
import { sendError, sendJson, toPlatformError } from "./request/reply.ts";
import type { PlatformApiDeps } from "./platform-api/operation.ts";
import { createPlatformApi } from "./platform-api/platform-api.ts";
import { handleFunctionUrl } from "./sources/http.ts";
import { handleObjectStorage } from "./sources/object-storage.ts";
import type { SourceDeps } from "./sources/source.ts";
import { handleUrlHost, urlIdOfHost } from "./sources/url-host.ts";
import { handleWebhook } from "./sources/webhook.ts";

export interface AppOptions {
  readonly sources: SourceDeps;
  readonly api: PlatformApiDeps;
  readonly aws: Pick<AwsEndpoint, "handle">;
  /** Rejects when requests cannot be served. */
  readonly ready: () => Promise<void>;
}

type SourceHandler = (deps: SourceDeps, request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Where events come in. They do not pass through express: its request and response objects and its router cost a fifth
 * of a whole call (ADR 0004), and none of it is used there.
 */
const SOURCES: readonly (readonly [prefix: string, SourceHandler])[] = [
  ["/fn/", handleFunctionUrl],
  ["/hooks/", handleWebhook],
  ["/events/s3/", handleObjectStorage],
];

/** Every address of the gateway. */
export function createRequestListener(options: AppOptions): RequestListener {
  const app = createApp(options);
  const sources = SOURCES.map(([prefix, handle]) => ({ prefix, listen: source(handle, options) }));
  return (request, response) => {
    const url = originForm(request.url ?? "/");
    const isHttp2 = request.httpVersionMajor > 1;
    const urlId = isHttp2 ? undefined : urlIdOfHost(request.headers.host);
    if (urlId !== undefined) {
      request.url = url;
      handleUrlHost(options.sources, urlId, request, response).catch((error: unknown) => {
        answerError(options, error, response);
      });
      return;
    }
    for (const { prefix, listen } of sources) {
      if (!url.startsWith(prefix) || isHttp2) continue;
      request.url = url.slice(prefix.length - 1);
      return listen(request, response);
    }
    // Express knows HTTP/1 alone, and so do those who have reason to speak HTTP/2 here: clients of AWS.
    const rest = isHttp2 ? refuseHttp2(options) : app;
    // All of them begin with a digit or a word of their own; the gateway's other addresses never do.
    if (!isAwsAddress(url)) return rest(request, response);
    options.aws.handle(request, response).then(
      (answered) => void (answered || rest(request, response)),
      (error: unknown) => answerError(options, error, response),
    );
  };
}

/** A client may name scheme and host as well (RFC 9112, 3.2.2). */
function originForm(target: string): string {
  return target.startsWith("/") ? target : target.replace(/^https?:\/\/[^/?#]*(?=\/)/i, "");
}

function createApp(options: AppOptions): Express {
  const app = express();
  app.disable("x-powered-by").disable("etag");
  app.use("/api/v1", createPlatformApi(options.api));
  app.get("/healthz", (_request, response) => sendJson(response, 200, '{"status":"ok"}'));
  app.get("/readyz", async (_request, response) => {
    await options.ready().catch((cause: unknown) => {
      throw new PlatformError("Service.Unavailable", "Redis does not answer.", { cause });
    });
    sendJson(response, 200, '{"status":"ready"}');
  });
  app.use((request, _response, next) => {
    next(new PlatformError("Request.NotFound", `Nothing is served at ${request.path}.`));
  });
  // Express tells an error handler by its four parameters.
  app.use((error: unknown, _request: IncomingMessage, response: ServerResponse, _next: () => void) => {
    answerError(options, error, response);
  });
  return app;
}

function source(handle: SourceHandler, options: AppOptions): RequestListener {
  return (request, response) => {
    handle(options.sources, request, response).catch((error: unknown) => {
      answerError(options, error, response);
    });
  };
}

function refuseHttp2(options: AppOptions): RequestListener {
  return (request, response) => {
    const [path = "/"] = (request.url ?? "/").split("?");
    answerError(options, new PlatformError("Request.NotFound", `Nothing is served over HTTP/2 at ${path}.`), response);
  };
}

function answerError(options: AppOptions, error: unknown, response: ServerResponse): void {
  sendError(response, toPlatformError(error, options.api));
}

/** Slow senders are cut off; Node refuses malformed requests and ambiguous lengths by itself. */
export function createHttpServer(listener: RequestListener): Server {
  const server = createServer(
    {
      requestTimeout: 60_000,
      headersTimeout: 15_000,
      keepAliveTimeout: 65_000,
      maxHeaderSize: 32_768,
      connectionsCheckingInterval: 5_000,
    },
    listener,
  );
  server.maxRequestsPerSocket = 0;
  server.on("checkContinue", withContinue(listener));
  return server;
}
