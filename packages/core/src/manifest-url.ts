import { z } from "zod";
import type { CorsRule, FunctionUrl } from "./function-url.ts";

const ORIGIN = /^(\*|[a-z][a-z0-9+.-]*:\/\/[^\s/,]+)$/i;
const HEADER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADERS = z.array(z.string().max(1024).regex(HEADER, "must be an HTTP header name, or '*'")).max(100);

const CORS = z.strictObject({
  allowCredentials: z.boolean().optional(),
  allowHeaders: HEADERS.optional(),
  allowMethods: z
    .array(z.string().regex(/^(\*|[A-Z]{1,6})$/, "must be an HTTP method such as 'POST', or '*'"))
    .max(6)
    .optional(),
  allowOrigins: z
    .array(z.string().max(253).regex(ORIGIN, "must be an origin such as 'https://example.com', or '*'"))
    .max(100)
    .optional(),
  exposeHeaders: HEADERS.optional(),
  maxAgeSeconds: z.int().min(0).max(86_400).optional(),
});

/** What `http:` may have beside `auth`. */
export const URL_OPTIONS = {
  cors: CORS.optional(),
  invokeMode: z.enum(["buffered", "stream"], "must be 'buffered' or 'stream'").optional(),
};

export interface UrlOptions {
  readonly cors?: z.output<typeof CORS> | undefined;
  readonly invokeMode?: FunctionUrl["invokeMode"] | undefined;
}

/** Undefined: nothing is set. The times are for the deployment to say. */
export function toFunctionUrl({ cors, invokeMode }: UrlOptions): FunctionUrl | undefined {
  if (cors === undefined && invokeMode === undefined) return undefined;
  return {
    cors: cors === undefined ? null : toCorsRule(cors),
    invokeMode: invokeMode ?? "stream",
    createdAt: 0,
    updatedAt: 0,
  };
}

/** Without the members that nobody wrote. */
function toCorsRule(cors: z.output<typeof CORS>): CorsRule {
  return Object.fromEntries(Object.entries(cors).filter(([, value]) => value !== undefined));
}
