import type { AccessKey } from "@sluice/core";
import type { RequestHandler } from "express";
import type { KeyAuthenticator } from "./key-authenticator.ts";

/** What a request carries once its key is verified. */
export interface KeyLocals extends Record<string, unknown> {
  key?: AccessKey;
}

/** Lets a request on only with a valid key, and notes it in `response.locals.key`. */
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
    response.locals.key = result.key;
    next();
  };
}
