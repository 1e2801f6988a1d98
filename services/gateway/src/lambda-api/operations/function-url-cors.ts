import type { CorsRule } from "@sluice/core";
import { LambdaError } from "../lambda-error.ts";

/** As AWS's clients write it, and read it back. */
export interface CorsDocument {
  readonly AllowCredentials?: boolean | undefined;
  readonly AllowHeaders?: readonly string[] | undefined;
  readonly AllowMethods?: readonly string[] | undefined;
  readonly AllowOrigins?: readonly string[] | undefined;
  readonly ExposeHeaders?: readonly string[] | undefined;
  readonly MaxAge?: number | undefined;
}

/** What a header's value may hold; the model lets everything through. */
const PLAIN = /^[\x21-\x7e]+$/;

/** Null: nothing is written in it, so that the function answers for itself. @throws LambdaError InvalidParameterValueException */
export function readCors(cors: CorsDocument): CorsRule | null {
  const rule: CorsRule = {
    ...(cors.AllowCredentials === undefined ? {} : { allowCredentials: cors.AllowCredentials }),
    ...(cors.AllowHeaders === undefined ? {} : { allowHeaders: plain("AllowHeaders", cors.AllowHeaders) }),
    ...(cors.AllowMethods === undefined ? {} : { allowMethods: plain("AllowMethods", cors.AllowMethods) }),
    ...(cors.AllowOrigins === undefined ? {} : { allowOrigins: plain("AllowOrigins", cors.AllowOrigins) }),
    ...(cors.ExposeHeaders === undefined ? {} : { exposeHeaders: plain("ExposeHeaders", cors.ExposeHeaders) }),
    ...(cors.MaxAge === undefined ? {} : { maxAgeSeconds: cors.MaxAge }),
  };
  return Object.keys(rule).length === 0 ? null : rule;
}

export function viewCors(rule: CorsRule) {
  const list = (values: readonly string[] | undefined): string[] | undefined => values && [...values];
  return {
    AllowCredentials: rule.allowCredentials,
    AllowHeaders: list(rule.allowHeaders),
    AllowMethods: list(rule.allowMethods),
    AllowOrigins: list(rule.allowOrigins),
    ExposeHeaders: list(rule.exposeHeaders),
    MaxAge: rule.maxAgeSeconds,
  };
}

function plain(member: string, values: readonly string[]): readonly string[] {
  if (values.every((value) => PLAIN.test(value))) return values;
  throw new LambdaError(
    "InvalidParameterValueException",
    `${member} of Cors must be of visible ASCII characters: they become values of headers.`,
  );
}
