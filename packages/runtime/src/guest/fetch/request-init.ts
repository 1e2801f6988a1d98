import { loadAbort, loadUrl } from "../lazy.ts";
import { IntrinsicTypeError, regExpExec, stringToUpperCase, toText } from "../primordials.ts";
import type { AbortSignal } from "../web/abort.ts";
import type { HeadersInit } from "./headers.ts";

export type Redirect = "follow" | "manual" | "error";

export interface RequestInit {
  readonly method?: string;
  readonly headers?: HeadersInit;
  readonly body?: unknown;
  readonly redirect?: Redirect;
  readonly signal?: AbortSignal | null;
  readonly keepalive?: boolean;
  readonly cache?: string;
  readonly credentials?: string;
  readonly mode?: string;
  readonly duplex?: string;
  readonly integrity?: string;
  readonly referrer?: string;
  readonly referrerPolicy?: string;
}

/** What a request carries for those who read it; only a browser acts upon it. */
export interface RequestHints {
  readonly keepalive: boolean;
  readonly cache: string;
  readonly credentials: string;
  readonly mode: string;
  readonly integrity: string;
  readonly referrer: string;
  readonly referrerPolicy: string;
}

const NO_HINTS: RequestHints = {
  keepalive: false,
  cache: "default",
  credentials: "same-origin",
  mode: "cors",
  integrity: "",
  referrer: "about:client",
  referrerPolicy: "",
};
const CACHE_MODES = ["default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"];
const CREDENTIALS = ["omit", "same-origin", "include"];
const MODES = ["same-origin", "no-cors", "cors"];

/** @throws TypeError for a value that the standard does not know */
export function readHints(init: RequestInit, base: RequestHints = NO_HINTS): RequestHints {
  return {
    keepalive: init.keepalive === undefined ? base.keepalive : Boolean(init.keepalive),
    cache: oneOf("cache", CACHE_MODES, init.cache) ?? base.cache,
    credentials: oneOf("credentials", CREDENTIALS, init.credentials) ?? base.credentials,
    mode: oneOf("mode", MODES, init.mode) ?? base.mode,
    integrity: init.integrity === undefined ? base.integrity : toText(init.integrity),
    referrer: init.referrer === undefined ? base.referrer : toText(init.referrer),
    referrerPolicy: init.referrerPolicy === undefined ? base.referrerPolicy : toText(init.referrerPolicy),
  };
}

function oneOf(what: string, known: readonly string[], value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const text = toText(value);
  if (known.includes(text)) return text;
  throw new IntrinsicTypeError(`Request: '${text}' is no ${what}: ${known.join(", ")}`);
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** @throws TypeError for an address that is relative, malformed or carries a password */
export function parseUrl(input: unknown): string {
  const { URL } = loadUrl();
  const text = toText(input);
  const url = URL.parse(text);
  if (url === null) throw new IntrinsicTypeError(`Failed to parse URL from ${text}`);
  if (url.username !== "" || url.password !== "") {
    throw new IntrinsicTypeError(`Request cannot be constructed from a URL that includes credentials: ${text}`);
  }
  return url.href;
}

/** Upper case for the methods of which the standard says so; the others are as they are. */
export function checkMethod(method: unknown): string {
  const text = toText(method);
  if (regExpExec(TOKEN, text) === null) throw new IntrinsicTypeError(`'${text}' is not a valid HTTP method`);
  const upper = stringToUpperCase(text);
  switch (upper) {
    case "CONNECT":
    case "TRACE":
    case "TRACK":
      throw new IntrinsicTypeError(`'${text}' HTTP method is unsupported`);
    case "DELETE":
    case "GET":
    case "HEAD":
    case "OPTIONS":
    case "POST":
    case "PUT":
      return upper;
    default:
      return text;
  }
}

export function checkRedirect(redirect: unknown): Redirect {
  if (redirect === "follow" || redirect === "manual" || redirect === "error") return redirect;
  throw new IntrinsicTypeError(`'${toText(redirect)}' is not a redirect mode: follow, manual or error`);
}

export function checkSignal(signal: unknown): AbortSignal | undefined {
  if (signal === null) return undefined;
  if (signal instanceof loadAbort().AbortSignal) return signal;
  throw new IntrinsicTypeError("The signal must be an AbortSignal");
}
