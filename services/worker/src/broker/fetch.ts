import { lookup as dnsLookup } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import { type FetchRequestHead, type FetchResponseHead, type KeyStore, LIMITS } from "@sluice/core";
import type { BrokerReply } from "@sluice/sandbox";
import { Agent, fetch, type Response } from "undici";
import { type GuestCall, refuse } from "./guest-call.ts";
import { ByteBudget, type ByteClaim } from "./byte-budget.ts";
import { EgressPolicy, portOf, privateReason } from "./egress-policy.ts";

export interface FetchBrokerOptions {
  readonly keys: KeyStore;
  readonly protectedEndpoints: readonly string[];
}

/** A rule of ours was met; its message is for the author of the function. */
class EgressDenied extends Error {
  override readonly name = "EgressDenied";
}

/** Hop-by-hop and framing headers are the client's own business; `host` would reach another virtual host. */
const FORBIDDEN_HEADERS: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
/** What one origin trusted us with must not reach another. */
const CREDENTIAL_HEADERS: ReadonlySet<string> = new Set(["authorization", "cookie", "proxy-authorization"]);
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Decoded response bytes that this process holds for all guests together. */
const BYTES_IN_FLIGHT = 256 * 1024 * 1024;

/** What stays the same over the hops of one request. */
interface Trip {
  readonly policy: EgressPolicy;
  readonly signal: AbortSignal;
  readonly claim: ByteClaim;
}

interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array | undefined;
}

/**
 * Makes guests' HTTP requests. Every hop is judged anew; the address that was judged is the one that is connected to,
 * because judging happens inside the connection's own name lookup (no second answer from a rebinding name server).
 */
export class FetchBroker {
  readonly #options: FetchBrokerOptions;
  readonly #budget = new ByteBudget(BYTES_IN_FLIGHT);
  readonly #agents = new Map<string, Agent>();

  constructor(options: FetchBrokerOptions) {
    this.#options = options;
  }

  async handle(call: GuestCall): Promise<BrokerReply> {
    const head = JSON.parse(call.text) as FetchRequestHead;
    const signal = AbortSignal.any([call.signal, AbortSignal.timeout(LIMITS.fetchTimeoutMs)]);
    try {
      const policy = await this.#policyOf(call);
      const body = call.bytes.length > 0 ? call.bytes : undefined;
      const first: Hop = { url: new URL(head.url), method: head.method, headers: cleanHeaders(head.headers), body };
      const limitBytes = Math.min(LIMITS.fetchResponseBytesMax, call.functionVersion.config.memoryMb * 1_048_576);
      const claim = this.#budget.open(limitBytes);
      try {
        return await this.#follow(first, head.redirect, { policy, signal, claim });
      } finally {
        claim.close();
      }
    } catch (error) {
      return explain(error, signal);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.destroy()));
  }

  async #policyOf(call: GuestCall): Promise<EgressPolicy> {
    const asked = call.functionVersion.config.egress.allowPrivate;
    const tenant = asked.length === 0 ? undefined : await this.#options.keys.getTenant(call.functionVersion.tenant);
    const { protectedEndpoints } = this.#options;
    return new EgressPolicy({ asked, granted: tenant?.privateEgress ?? [], protectedEndpoints });
  }

  async #follow(first: Hop, redirect: FetchRequestHead["redirect"], trip: Trip): Promise<BrokerReply> {
    let hop = first;
    for (let redirects = 0; ; redirects++) {
      const response = await this.#request(hop, trip);
      const location = REDIRECTS.has(response.status) ? response.headers.get("location") : null;
      if (location === null || redirect === "manual")
        return await readResponse(response, hop.url, redirects > 0, trip.claim);
      await response.body?.cancel();
      if (redirect === "error")
        throw new EgressDenied(`${hop.url.origin} redirected, and the request's redirect mode is 'error'`);
      if (redirects >= LIMITS.fetchRedirectsMax)
        throw new EgressDenied(`more than ${LIMITS.fetchRedirectsMax} redirects`);
      hop = nextHop(hop, response.status, location);
    }
  }

  #request(hop: Hop, { policy, signal }: Trip): Promise<Response> {
    const verdict = policy.judge(hop.url);
    if (!verdict.ok) throw new EgressDenied(verdict.reason);
    const headers = hop.headers.map(([name, value]): [string, string] => [name, value]);
    return fetch(hop.url, {
      method: hop.method,
      headers,
      body: hop.body ?? null,
      redirect: "manual",
      signal,
      dispatcher: this.#agentFor(hop.url, policy, verdict.privateAllowed),
    });
  }

  /** Connections are kept per destination and permission, so that a permitted one never serves a function that is not. */
  #agentFor(url: URL, policy: EgressPolicy, privateAllowed: boolean): Agent {
    const port = portOf(url);
    const key = `${privateAllowed}:${port}`;
    const known = this.#agents.get(key);
    if (known !== undefined) return known;
    const agent = new Agent({
      connect: { lookup: judgedLookup(policy, port, privateAllowed), timeout: 10_000 },
      connections: 64,
      keepAliveTimeout: 10_000,
      maxHeaderSize: 32_768,
    });
    this.#agents.set(key, agent);
    return agent;
  }
}

function judgedLookup(policy: EgressPolicy, port: number, privateAllowed: boolean): LookupFunction {
  return (hostname, options, callback) => {
    dnsLookup(hostname, { all: true, family: options.family ?? 0 }).then(
      (addresses) => {
        const bad = addresses.find(({ address }) => !policy.allowsAddress(address, port, privateAllowed));
        if (bad !== undefined) return callback(new EgressDenied(privateReason(hostname, port)), "", 0);
        if (options.all) return callback(null, addresses);
        const [first] = addresses;
        return first === undefined
          ? callback(new Error("no address"), "", 0)
          : callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, "", 0),
    );
  };
}

function nextHop(hop: Hop, status: number, location: string): Hop {
  const url = new URL(location, hop.url);
  const dropsBody = status === 303 || ((status === 301 || status === 302) && hop.method === "POST");
  const sameOrigin = url.origin === hop.url.origin;
  return {
    url,
    method: dropsBody && hop.method !== "HEAD" ? "GET" : hop.method,
    headers: hop.headers.filter(
      ([name]) =>
        (sameOrigin || !CREDENTIAL_HEADERS.has(name.toLowerCase())) &&
        !(dropsBody && name.toLowerCase().startsWith("content-")),
    ),
    body: dropsBody ? undefined : hop.body,
  };
}

/** The limit is on decoded bytes: a small compressed answer may be large (hostile.md 61). */
async function readResponse(response: Response, url: URL, redirected: boolean, claim: ByteClaim): Promise<BrokerReply> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    const refusal = claim.take(chunk.length);
    if (refusal !== undefined) throw new EgressDenied(refusal);
    chunks.push(chunk);
  }
  const head: FetchResponseHead = {
    status: response.status,
    statusText: response.statusText,
    headers: [...response.headers].filter(([name]) => name !== "content-encoding" || size === 0),
    url: url.href,
    redirected,
  };
  return { ok: true, text: JSON.stringify(head), bytes: Buffer.concat(chunks, size) };
}

function cleanHeaders(headers: FetchRequestHead["headers"]): (readonly [string, string])[] {
  return headers.filter(([name]) => !FORBIDDEN_HEADERS.has(name.toLowerCase()));
}

/** Says what went wrong in the standard's terms (a TypeError), without anything of this process. */
function explain(error: unknown, signal: AbortSignal): BrokerReply {
  const denied = findDenied(error);
  if (denied !== undefined) return refuse("TypeError", `fetch failed: ${denied.message}`, "Egress.Denied");
  if (signal.aborted)
    return refuse("TimeoutError", `fetch timed out after ${LIMITS.fetchTimeoutMs} ms`, "Egress.Timeout");
  const code = errorCode(error);
  return refuse("TypeError", code === undefined ? "fetch failed" : `fetch failed: ${code}`, code ?? "Egress.Failed");
}

function findDenied(error: unknown): EgressDenied | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof EgressDenied) return cause;
  return undefined;
}

function errorCode(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && typeof cause.code === "string" && /^[A-Z_]{3,40}$/.test(cause.code)) return cause.code;
  }
  return undefined;
}
