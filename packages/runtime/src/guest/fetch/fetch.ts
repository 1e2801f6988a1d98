import { type FetchResponseHead, LIMITS } from "@sluice/core";
import { callAsync, type HostReply } from "../bridge/async-calls.ts";
import { IntrinsicPromise, IntrinsicTypeError, IntrinsicUint8Array, jsonParse, jsonStringify } from "../primordials.ts";
import type { AbortSignal } from "../web/abort.ts";
import { copyBytes } from "../web/bytes.ts";
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
  const body = await requestBytes(request);
  const reply = callAsync("http.fetch", headJson(request), body);
  const { text, bytes } = await (signal === undefined ? reply : unlessAborted(reply, signal));
  return receivedResponse(
    jsonParse(text) as FetchResponseHead,
    bytes === undefined ? new IntrinsicUint8Array(0) : new IntrinsicUint8Array(bytes),
  );
}

async function requestBytes(request: Request): Promise<ArrayBuffer | undefined> {
  const content = bodyContent(request);
  if (content === null) return undefined;
  const bytes = await content.consume();
  if (bytes.length > LIMITS.fetchRequestBytesMax) {
    throw new IntrinsicTypeError(`fetch: a request body may have at most ${LIMITS.fetchRequestBytesMax} bytes`);
  }
  return copyBytes(bytes);
}

/** FetchRequestHead, built from strings alone. */
function headJson(request: Request): string {
  const list = headerList(request.headers);
  let headers = "";
  for (let at = 0; at < list.length; at++) {
    const [name, value] = list[at] as readonly [string, string];
    headers += `${at === 0 ? "" : ","}[${jsonStringify(name)},${jsonStringify(value)}]`;
  }
  return (
    `{"url":${jsonStringify(request.url)},"method":${jsonStringify(request.method)},"headers":[${headers}],` +
    `"redirect":${jsonStringify(request.redirect)}}`
  );
}

/** The host goes on with an aborted exchange; nobody waits for it any more. */
function unlessAborted(reply: Promise<HostReply>, signal: AbortSignal): Promise<HostReply> {
  return new IntrinsicPromise<HostReply>((resolve, reject) => {
    const aborted = (): void => reject(signal.reason);
    if (signal.aborted) {
      aborted();
      return;
    }
    signal.addEventListener("abort", aborted, { once: true });
    void forward(reply, resolve, reject, () => signal.removeEventListener("abort", aborted));
  });
}

async function forward(
  reply: Promise<HostReply>,
  resolve: (reply: HostReply) => void,
  reject: (error: unknown) => void,
  done: () => void,
): Promise<void> {
  try {
    resolve(await reply);
  } catch (error) {
    reject(error);
  } finally {
    done();
  }
}
