import type { RequestHandler } from "express";
import type { KeyAuthenticator } from "./key-authenticator.ts";

/** What a request carries once its key is verified. */
export interface KeyLocals extends Record<string, unknown> {
  tenant?: string;
}

/** Lets a request on only with a valid key, and notes its tenant in `response.locals.tenant`. */
export function requireKey(
  authenticator: KeyAuthenticator,
): RequestHandler<object, unknown, unknown, object, KeyLocals> {
  return async (request, response, next) => {
    const result = await authenticator.authenticate(request.headers.authorization);
    if (!result.ok) {
      response.setHeader("WWW-Authenticate", 'Bearer realm="sluice"');
      next(result.error);
      return;
    }
    response.locals.tenant = result.key.tenant;
    next();
  };
}
