import { Exchange, type ExchangeRequest } from "../network/exchange.ts";
import { defineHidden, IntrinsicTypeError, stringStartsWith, toText } from "../primordials.ts";
import type { AbortSignal } from "../web/abort.ts";
import { bodyContent } from "./body.ts";
import { headerList } from "./headers.ts";
import { givenSignal, Request } from "./request.ts";
import type { RequestInit } from "./request-init.ts";
import { receivedResponse, type Response } from "./response.ts";

/** One HTTP exchange, made by the host: addresses, redirects and limits are checked there. */
export async function fetch(input: unknown, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  const signal = givenSignal(request);
  signal?.throwIfAborted();
  const exchange = new Exchange();
  const stop = signal === undefined ? undefined : whenAborted(signal, exchange);
  try {
    const { head, body } = await exchange.open(requestOf(request));
    // A signal ends a body that is still coming, too.
    if (!head.more) stop?.();
    return receivedResponse(head, body);
  } catch (error) {
    stop?.();
    if (signal?.aborted) throw signal.reason;
    throw fetchFailed(error);
  }
}

function requestOf(request: Request): ExchangeRequest {
  const content = bodyContent(request);
  return {
    url: request.url,
    method: request.method,
    headers: headerList(request.headers),
    redirect: request.redirect,
    raw: false,
    body: content === null ? undefined : content.open(),
  };
}

function whenAborted(signal: AbortSignal, exchange: Exchange): () => void {
  const aborted = (): void => exchange.cancel(signal.reason);
  signal.addEventListener("abort", aborted, { once: true });
  return () => signal.removeEventListener("abort", aborted);
}

/**
 * As in Node: a TypeError whose cause says what happened, because programs look for that text. What the platform itself
 * refused says why in the text as well: it will not help to try again.
 */
function fetchFailed(cause: unknown): unknown {
  const code = (cause as { code?: unknown } | null)?.code;
  if (typeof code !== "string") return cause;
  const ours = stringStartsWith(code, "Egress.") || stringStartsWith(code, "HostCall.");
  const error = new IntrinsicTypeError(ours ? `fetch failed: ${toText((cause as Error).message)}` : "fetch failed", {
    cause,
  });
  defineHidden(error, "code", code);
  return error;
}
