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
