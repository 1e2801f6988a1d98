import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { PlatformError, toErrorBody } from "@sluice/core";
import type { Logger } from "./logger.ts";
import type { MetricsRegistry } from "./metrics-registry.ts";
import { closeServer, listen } from "./listen.ts";

/** Resolves when the process can do its work, as far as this check goes; rejects saying why not. */
export type ReadinessCheck = () => Promise<unknown>;

export interface AdminServerOptions {
  readonly host: string;
  readonly port: number;
  /** Named in the error when the port is taken. Default `SLUICE_METRICS_PORT`. */
  readonly portSetting?: string;
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  readonly metrics: MetricsRegistry;
  readonly logger: Logger;
  /** For all checks together; one that takes longer has failed. Default 2,000. */
  readonly checkTimeoutMs?: number;
}

export interface AdminServer {
  /** `host:port`. */
  readonly address: string;
  readonly port: number;
  /** From now on `/readyz` answers 503, so that nobody sends new work. */
  drain(): void;
  stop(): Promise<void>;
}

/**
 * Serves `/healthz` (this process answers), `/readyz` (its checks pass) and `/metrics` on a port of their own.
 *
 * @throws StartError when the port cannot be opened
 */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const state = { draining: false };
  const failing = coalesce(() => failingChecks(options));
  const routes: Readonly<Record<string, (response: ServerResponse) => Promise<void>>> = {
    "/healthz": async (response) => answer(response, 200, { status: "ok" }),
    "/readyz": async (response) => {
      if (state.draining) return answer(response, 503, { status: "draining" });
      const names = await failing();
      return names.length > 0
        ? answer(response, 503, { status: "not ready", failing: names })
        : answer(response, 200, { status: "ready" });
    },
    "/metrics": async (response) => {
      const text = await options.metrics.metrics();
      response.writeHead(200, { "content-type": options.metrics.contentType }).end(text);
    },
  };
  const server = createServer((request, response) => void serve(routes, request, response, options.logger));
  const { address, port } = await listen(server, {
    host: options.host,
    port: options.port,
    setting: options.portSetting ?? "SLUICE_METRICS_PORT",
  });
  return {
    address,
    port,
    drain: () => void (state.draining = true),
    stop: () => closeServer(server, AbortSignal.timeout(1_000)),
  };
}

async function serve(
  routes: Readonly<Record<string, (response: ServerResponse) => Promise<void>>>,
  request: IncomingMessage,
  response: ServerResponse,
  logger: Logger,
): Promise<void> {
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  try {
    if (route === undefined) return refuse(response, new PlatformError("Request.NotFound"));
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      return refuse(response, new PlatformError("Request.MethodNotAllowed"));
    }
    await route(response);
  } catch (err) {
    const errorId = crypto.randomUUID();
    logger.error({ err, errorId, path }, "admin request failed");
    refuse(response, new PlatformError("Internal.Error", undefined, { details: { errorId } }));
  }
}

function refuse(response: ServerResponse, error: PlatformError): void {
  answer(response, error.status, toErrorBody(error));
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** Names of the checks that rejected or did not answer in time; the reasons go to the log, not to the caller. */
async function failingChecks({ checks, logger, checkTimeoutMs = 2_000 }: AdminServerOptions): Promise<string[]> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${checkTimeoutMs} ms`)), checkTimeoutMs);
  late.catch(() => undefined);
  const names = Object.entries(checks).map(async ([check, run]) => {
    try {
      await Promise.race([run(), late]);
      return [];
    } catch (err) {
      logger.warn({ err, check }, "readiness check failed");
      return [check];
    }
  });
  const failed = await Promise.all(names);
  clearTimeout(timer);
  return failed.flat();
}

/** Callers that come while a call runs share its result. */
function coalesce<T>(call: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= call().finally(() => void (running = undefined));
    return running;
  };
}
