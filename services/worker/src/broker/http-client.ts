import type { Readable } from "node:stream";
import { type HttpRequestHead, LIMITS, type TlsHead } from "@sluice/core";
import { Agent, buildConnector, request } from "undici";
import { EgressDenied, EgressLimit } from "./egress-error.ts";
import { bareHost, type EgressPolicy } from "./egress-policy.ts";
import { judgedLookup } from "./judged-lookup.ts";
import { type HeaderPairs, redirectedHeaders } from "./request-headers.ts";
import { tlsOptions } from "./tls-options.ts";
import type { TenantEgress } from "./tenant-egress.ts";

export interface HttpClientOptions {
  readonly egress: TenantEgress;
  /** Silence that ends an exchange. */
  readonly silenceMs: number;
}

/** What stays the same over the hops of one request. */
export interface Trip {
  readonly tenant: string;
  readonly policy: EgressPolicy;
  readonly signal: AbortSignal;
  readonly tls: TlsHead | undefined;
}

export interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: HeaderPairs;
  readonly body: Uint8Array | Readable | null;
}

export interface HttpResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Readable;
  readonly url: URL;
  readonly redirected: boolean;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** A tenant's connections are kept apart from every other's; of those that were used longest ago, none are kept. */
const AGENTS_MAX = 256;
const IDLE_MS = 10_000;

/** Makes guests' HTTP requests. Every hop is judged anew, and so is every address that a hop's name stands for. */
export class HttpClient {
  readonly #options: HttpClientOptions;
  /** By tenant and permission, so that a permitted connection never serves a function that is not. */
  readonly #agents = new Map<string, { readonly agent: Agent; readonly judge: { policy: EgressPolicy } }>();

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  async send(first: Hop, redirect: HttpRequestHead["redirect"], trip: Trip): Promise<HttpResponse> {
    let hop = first;
    for (let redirects = 0; ; redirects++) {
      const { response, location } = await this.#request(hop, trip);
      if (location === undefined || redirect === "manual") return { ...response, redirected: redirects > 0 };
      response.body.on("error", () => undefined).destroy();
      if (redirect === "error") {
        throw new EgressDenied(`${hop.url.origin} redirected, and the request's redirect mode is 'error'`);
      }
      if (redirects >= LIMITS.fetchRedirectsMax) {
        throw new EgressLimit(`more than ${LIMITS.fetchRedirectsMax} redirects`);
      }
      hop = nextHop(hop, response.status, location);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#agents.values()].map(({ agent }) => agent.destroy()));
  }

  async #request(hop: Hop, trip: Trip): Promise<{ response: HttpResponse; location: string | undefined }> {
    const verdict = trip.policy.judge(hop.url);
    if (!verdict.ok) throw new EgressDenied(verdict.reason, verdict.denial);
    const { silenceMs } = this.#options;
    const own = trip.tls === undefined ? undefined : this.#makeAgent(trip, verdict.privateAllowed, trip);
    const reply = await request(hop.url, {
      method: hop.method as "GET",
      headers: hop.headers.flat(),
      body: hop.body,
      signal: trip.signal,
      dispatcher: own ?? this.#agentFor(trip, verdict.privateAllowed),
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
      responseHeaders: "raw",
    });
    // Goes when its one exchange has come to its end.
    own?.close().catch(() => undefined);
    const headers = pairs(reply.headers as unknown as readonly string[]);
    const { statusCode: status, statusText, body } = reply;
    const location = REDIRECTS.has(status) ? valueOf(headers, "location") : undefined;
    return { response: { status, statusText, headers, body, url: hop.url, redirected: false }, location };
  }

  #agentFor(trip: Trip, privateAllowed: boolean): Agent {
    const key = `${privateAllowed}:${trip.tenant}`;
    const known = this.#agents.get(key);
    if (known !== undefined) {
      this.#agents.delete(key);
      this.#agents.set(key, known);
      // Which addresses are the platform's own may have changed meanwhile; the rest of a policy is judged before.
      known.judge.policy = trip.policy;
      return known.agent;
    }
    const judge = { policy: trip.policy };
    const agent = this.#makeAgent(trip, privateAllowed, judge);
    this.#agents.set(key, { agent, judge });
    this.#dropOldest();
    return agent;
  }

  #makeAgent({ tenant, tls }: Trip, privateAllowed: boolean, judge: { readonly policy: EgressPolicy }): Agent {
    const { egress } = this.#options;
    return new Agent({
      connect: (options, callback) => {
        const port = Number(options.port) || (options.protocol === "https:" ? 443 : 80);
        const lookup = judgedLookup({ egress, tenant, policy: judge.policy, port, privateAllowed });
        const secure = tls === undefined ? {} : tlsOptions(tls, bareHost(options.hostname));
        buildConnector({ ...secure, lookup, timeout: LIMITS.connectTimeoutMs, allowH2: false })(options, callback);
      },
      // As many as there are exchanges: one that nobody reads must not hold up the others.
      connections: null,
      keepAliveTimeout: IDLE_MS,
      maxHeaderSize: 32_768,
      allowH2: false,
    });
  }

  #dropOldest(): void {
    if (this.#agents.size <= AGENTS_MAX) return;
    for (const [key, { agent }] of this.#agents) {
      this.#agents.delete(key);
      // Lets what is under way come to its end.
      agent.close().catch(() => undefined);
      return;
    }
  }
}

function nextHop(hop: Hop, status: number, location: string): Hop {
  if (!URL.canParse(location, hop.url.href))
    throw new EgressDenied(`${hop.url.origin} redirected to something that is no URL`);
  const url = new URL(location, hop.url);
  const dropsBody =
    (status === 303 && hop.method !== "HEAD") || ((status === 301 || status === 302) && hop.method === "POST");
  if (!dropsBody && hop.body !== null && !(hop.body instanceof Uint8Array)) {
    throw new EgressDenied(
      `${hop.url.origin} redirected a request whose body was a stream, and a stream cannot be sent twice; ` +
        `send it to ${url.origin} directly, or as bytes of at most ${LIMITS.fetchInlineBytesMax}`,
    );
  }
  return {
    url,
    method: dropsBody ? "GET" : hop.method,
    headers: redirectedHeaders(hop.headers, { origin: url.origin === hop.url.origin, body: !dropsBody }),
    body: dropsBody ? null : hop.body,
  };
}

function pairs(flat: readonly string[]): [string, string][] {
  const headers: [string, string][] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) headers.push([flat[at] ?? "", flat[at + 1] ?? ""]);
  return headers;
}

export function valueOf(headers: readonly (readonly [string, string])[], name: string): string | undefined {
  const values = headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(", ");
}
