import { loadAbort } from "../lazy.ts";
import { brand, IntrinsicTypeError } from "../primordials.ts";
import type { AbortSignal } from "../web/abort.ts";
import { Body, bodyContent, mixInBody } from "./body.ts";
import type { BodyContent } from "./body-content.ts";
import { type ExtractedBody, extractBody, isReadableStream } from "./extract-body.ts";
import { Headers } from "./headers.ts";
import {
  checkMethod,
  checkRedirect,
  checkSignal,
  parseUrl,
  type Redirect,
  readHints,
  type RequestHints,
  type RequestInit,
} from "./request-init.ts";

interface Parts {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly redirect: Redirect;
  readonly hints: RequestHints;
  /** A function makes it when it is asked for. */
  signal: AbortSignal | (() => AbortSignal) | undefined;
}

let partsOf: (request: Request) => Parts;

export class Request extends Body {
  readonly #parts: Parts;
  readonly #destination = "";

  constructor(input: unknown, options: RequestInit = {}) {
    const init = options ?? {};
    const from = typeof input === "object" && input !== null && #parts in input ? input : undefined;
    const base = from === undefined ? undefined : from.#parts;
    const url = base?.url ?? parseUrl(input);
    const method = init.method === undefined ? (base?.method ?? "GET") : checkMethod(init.method);
    const headers = new Headers(init.headers ?? base?.headers);
    const redirect = init.redirect === undefined ? (base?.redirect ?? "follow") : checkRedirect(init.redirect);
    const signal = init.signal === undefined ? base?.signal : checkSignal(init.signal);
    const hints = readHints(init, base?.hints);
    // Last, because it takes the other request's body away.
    const { content, type } = contentFor(method, init, from);
    super(content);
    if (type !== null && !headers.has("content-type")) headers.append("content-type", type);
    this.#parts = { url, method, headers, redirect, signal, hints };
  }

  get url(): string {
    return this.#parts.url;
  }

  get method(): string {
    return this.#parts.method;
  }

  override get headers(): Headers {
    return this.#parts.headers;
  }

  get redirect(): Redirect {
    return this.#parts.redirect;
  }

  get signal(): AbortSignal {
    const { signal } = this.#parts;
    if (typeof signal === "object") return signal;
    const made = signal === undefined ? new (loadAbort().AbortController)().signal : signal();
    this.#parts.signal = made;
    return made;
  }

  get keepalive(): boolean {
    return this.#parts.hints.keepalive;
  }

  get cache(): string {
    return this.#parts.hints.cache;
  }

  get credentials(): string {
    return this.#parts.hints.credentials;
  }

  get mode(): string {
    return this.#parts.hints.mode;
  }

  get integrity(): string {
    return this.#parts.hints.integrity;
  }

  get referrer(): string {
    return this.#parts.hints.referrer;
  }

  get referrerPolicy(): string {
    return this.#parts.hints.referrerPolicy;
  }

  get destination(): string {
    return this.#destination;
  }

  get duplex(): "half" {
    return "half";
  }

  clone(): Request {
    const content = bodyContent(this)?.clone() ?? null;
    return new Request(this, { method: this.method, body: content });
  }

  static {
    partsOf = (request) => request.#parts;
  }
}

mixInBody(Request);
brand(Request, "Request");

/** The signal that the caller gave, if any: one that nobody could abort is not made. */
export function givenSignal(request: Request): AbortSignal | undefined {
  return partsOf(request).signal === undefined ? undefined : request.signal;
}

/** Makes the signal of a request when it is asked for, and of those that are made of it. */
export function giveSignal(request: Request, make: () => AbortSignal): void {
  partsOf(request).signal = make;
}

/** A request made from another takes its body along, unless it is given one of its own. */
function contentFor(method: string, init: RequestInit, from: Request | undefined): ExtractedBody {
  const given = init.body !== undefined && init.body !== null;
  const inherited: BodyContent | null = from === undefined || given ? null : bodyContent(from);
  if ((given || inherited !== null) && (method === "GET" || method === "HEAD")) {
    throw new IntrinsicTypeError(`A request of method ${method} cannot have a body`);
  }
  if (given && init.duplex === undefined && isReadableStream(init.body)) {
    throw new IntrinsicTypeError("A request whose body is a stream needs duplex: 'half'");
  }
  return given ? extractBody(init.body) : { content: inherited?.takeOver() ?? null, type: null };
}
