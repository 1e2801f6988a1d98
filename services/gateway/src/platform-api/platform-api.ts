import { type AccessKey, functionArn, type Place, PlatformError } from "@sluice/core";
import { type ErrorRequestHandler, type Request, type RequestHandler, Router } from "express";
import { refuseAccess } from "../auth/access.ts";
import { KeyAuthenticator } from "../auth/key-authenticator.ts";
import { type KeyLocals, requireKey } from "../auth/require-key.ts";
import { lineageOf } from "../request/lineage.ts";
import { sendError, sendJson, toPlatformError } from "../request/reply.ts";
import type { FunctionResource, Operation, PlatformApiDeps } from "./operation.ts";
import { platformOperations } from "./operations.ts";
import { parseJsonBody, readPlain } from "../request/json-body.ts";

/** The platform's own API, to be mounted at `/api/v1`. Answers every request that reaches it, errors included. */
export function createPlatformApi(deps: PlatformApiDeps): Router {
  const router = Router({ caseSensitive: true });
  const authenticate = requireKey(new KeyAuthenticator(deps));
  const operations = platformOperations(deps);
  for (const [path, onPath] of Map.groupBy(operations, (operation) => operation.path)) {
    const route = router.route(path.replaceAll(/\{(\w+)\}/g, ":$1"));
    for (const operation of onPath) {
      if (operation.access === "key") route[operation.method](authenticate, serve(operation, deps));
      else route[operation.method](serve(operation, deps));
    }
    route.all(refuseMethod(onPath));
  }
  router.use((request, _response, next) => {
    next(new PlatformError("Request.NotFound", `Nothing is served at ${request.baseUrl}${request.path}.`));
  });
  router.use(answerError(deps));
  return router;
}

function serve(
  operation: Operation,
  { place }: PlatformApiDeps,
): RequestHandler<Record<string, string>, unknown, unknown, object, KeyLocals> {
  return async (request, response) => {
    const { key } = response.locals;
    const { status, json } = await operation.run({
      key,
      authorise: (actions, on) => authorise(key, actions, on, place),
      params: request.params,
      query: readQuery(request.url),
      lineage: lineageOf(request.headers),
      readBody: async (limitBytes) => parseJsonBody(await readPlain(request, limitBytes)),
    });
    sendJson(response, status, json);
  };
}

/** @throws PlatformError Auth.Forbidden */
function authorise(
  key: AccessKey | undefined,
  actions: readonly string[],
  on: FunctionResource | undefined,
  place: Place,
): void {
  if (key === undefined) throw new PlatformError("Auth.Missing");
  const resource = on === undefined ? "*" : functionArn(place, on.name, on.qualifier);
  for (const action of actions) {
    const refusal = refuseAccess(key, action, resource, place);
    if (refusal !== undefined) {
      throw new PlatformError("Auth.Forbidden", `${refusal.message}.`, { details: { action, resource } });
    }
  }
}

/** Read here and not by Express, whose parser depends on settings of the app and lets a name come twice. */
function readQuery(url: string): Record<string, string> {
  const start = url.indexOf("?");
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(start < 0 ? "" : url.slice(start + 1))) {
    if (query.has(name)) throw new PlatformError("Request.Malformed", `The query names '${name}' twice.`);
    query.set(name, value);
  }
  return Object.fromEntries(query);
}

function refuseMethod(operations: readonly Operation[]): RequestHandler {
  const methods = operations.map((operation) => operation.method.toUpperCase());
  if (methods.includes("GET")) methods.push("HEAD");
  const allow = methods.sort().join(", ");
  return (request: Request, response, next) => {
    response.setHeader("Allow", allow);
    next(new PlatformError("Request.MethodNotAllowed", `${request.method} is not taken here; ${allow} is.`));
  };
}

/** Express tells an error handler by its four parameters. */
function answerError(deps: PlatformApiDeps): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => sendError(response, toPlatformError(error, deps));
}
