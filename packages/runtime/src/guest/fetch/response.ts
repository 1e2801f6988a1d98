import { loadUrl } from "../lazy.ts";
import {
  brand,
  IntrinsicRangeError,
  IntrinsicTypeError,
  jsonStringify,
  numberIsInteger,
  regExpExec,
  toNumber,
  toText,
} from "../primordials.ts";
import type { Bytes } from "../web/bytes.ts";
import { Body, bodyContent, mixInBody } from "./body.ts";
import { BodyContent, isBytes } from "./body-content.ts";
import type { ByteSource } from "./byte-source.ts";
import { extractBody } from "./extract-body.ts";
import { freezeHeaders, Headers, type HeaderPair, type HeadersInit } from "./headers.ts";

export interface ResponseInit {
  readonly status?: number;
  readonly statusText?: string;
  readonly headers?: HeadersInit;
}

interface Parts {
  readonly type: "default" | "basic" | "error";
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly url: string;
  readonly redirected: boolean;
}

const REASON = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Statuses whose responses have no body. */
const isNullBody = (status: number): boolean => status === 101 || status === 204 || status === 205 || status === 304;
const isRedirect = (status: number): boolean =>
  status === 301 || status === 302 || status === 303 || status === 307 || status === 308;

/** Wraps parts that are known to be right; `new Response` itself checks everything. */
class Prepared {
  readonly parts: Parts;
  readonly content: BodyContent | null;

  constructor(parts: Parts, content: BodyContent | null) {
    this.parts = parts;
    this.content = content;
  }
}

export class Response extends Body {
  readonly #parts: Parts;

  constructor(body?: unknown, options: ResponseInit = {}) {
    const prepared = body instanceof Prepared ? body : prepare(body, options ?? {});
    super(prepared.content);
    this.#parts = prepared.parts;
  }

  get type(): string {
    return this.#parts.type;
  }

  get url(): string {
    return this.#parts.url;
  }

  get redirected(): boolean {
    return this.#parts.redirected;
  }

  get status(): number {
    return this.#parts.status;
  }

  get ok(): boolean {
    return this.#parts.status >= 200 && this.#parts.status <= 299;
  }

  get statusText(): string {
    return this.#parts.statusText;
  }

  override get headers(): Headers {
    return this.#parts.headers;
  }

  clone(): Response {
    const content = bodyContent(this)?.clone() ?? null;
    return new Response(new Prepared({ ...this.#parts, headers: new Headers(this.#parts.headers) }, content));
  }

  static error(): Response {
    const headers = freezeHeaders(new Headers());
    return new Response(
      new Prepared({ type: "error", status: 0, statusText: "", headers, url: "", redirected: false }, null),
    );
  }

  static redirect(url: unknown, status = 302): Response {
    const { href } = new (loadUrl().URL)(toText(url));
    if (!isRedirect(status)) throw new IntrinsicRangeError(`Invalid redirect status ${status}`);
    return new Response(null, { status, headers: { location: href } });
  }

  static json(data: unknown, init: ResponseInit = {}): Response {
    const text = jsonStringify(data);
    if (text === undefined) throw new IntrinsicTypeError("The data is not JSON serializable");
    const headers = new Headers(init?.headers);
    if (!headers.has("content-type")) headers.set("content-type", "application/json");
    return new Response(text, { ...init, headers });
  }
}

mixInBody(Response);
brand(Response, "Response");

function prepare(body: unknown, init: ResponseInit): Prepared {
  const status = init.status === undefined ? 200 : toNumber(init.status);
  if (!numberIsInteger(status) || status < 200 || status > 599) {
    throw new IntrinsicRangeError(`The status provided (${status}) is outside the range [200, 599]`);
  }
  const statusText = init.statusText === undefined ? "" : toText(init.statusText);
  if (regExpExec(REASON, statusText) === null) throw new IntrinsicTypeError("Invalid statusText");
  const headers = new Headers(init.headers);
  const { content, type } = extractBody(body);
  if (content !== null && isNullBody(status)) {
    throw new IntrinsicTypeError(`Response with null body status (${status}) cannot have a body`);
  }
  if (type !== null && !headers.has("content-type")) headers.append("content-type", type);
  return new Prepared({ type: "default", status, statusText, headers, url: "", redirected: false }, content);
}

interface ReceivedHead {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly HeaderPair[];
  readonly url: string;
  readonly redirected: boolean;
}

/** The response to a fetch, as the host received it: with its whole body, or with a source that brings it by and by. */
export function receivedResponse(head: ReceivedHead, body: Bytes | ByteSource): Response {
  const headers = new Headers();
  for (const [name, value] of head.headers) {
    try {
      headers.append(name, value);
    } catch {
      // A header that the standard does not allow is dropped, not the response.
    }
  }
  const { status, statusText, url, redirected } = head;
  const content = isNullBody(status) ? null : isBytes(body) ? BodyContent.ofBytes(body) : BodyContent.ofSource(body);
  return new Response(
    new Prepared({ type: "basic", status, statusText, headers: freezeHeaders(headers), url, redirected }, content),
  );
}
