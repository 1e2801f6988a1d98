import type { IncomingMessage } from "node:http";
import {
  DEFAULT_TENANT,
  type FunctionRef,
  type Invocation,
  type InvocationSource,
  PlatformError,
  TENANT_NAME,
} from "@sluice/core";
import type { UrlAccess } from "../aws/url-access.ts";
import type { Invoker } from "../invoker.ts";
import { lineageOf } from "../request/lineage.ts";
import type { TriggerCache } from "../trigger-cache.ts";

/** What every source of events works with. */
export interface SourceDeps {
  readonly triggers: TriggerCache;
  readonly invoker: Invoker;
  readonly now: () => number;
  readonly newId: () => string;
  readonly trustedProxies: number;
  readonly signedUrls: Pick<UrlAccess, "admit">;
}

/** An address of a source: `/<name>…` in the default tenant, `/~<tenant>/<name>…` in another. */
export interface SourceAddress {
  readonly tenant: string;
  /** Decoded. */
  readonly name: string;
  /** What follows the name, beginning with `/`, not decoded. */
  readonly path: string;
  /** Without `?`. */
  readonly query: string;
}

/**
 * @param url below the source's mount point, beginning with `/`
 * @throws PlatformError Request.NotFound, Request.Malformed
 */
export function parseSourceAddress(url: string): SourceAddress {
  const mark = url.indexOf("?");
  const whole = mark < 0 ? url : url.slice(0, mark);
  const query = mark < 0 ? "" : url.slice(mark + 1);
  if (!whole.startsWith("/~")) return splitName(DEFAULT_TENANT, whole, query);
  const slash = whole.indexOf("/", 1);
  const tenant = slash < 0 ? "" : whole.slice(2, slash);
  if (!TENANT_NAME.test(tenant)) throw new PlatformError("Request.NotFound");
  return splitName(tenant, whole.slice(slash), query);
}

function splitName(tenant: string, whole: string, query: string): SourceAddress {
  const slash = whole.indexOf("/", 1);
  const name = slash < 0 ? whole.slice(1) : whole.slice(1, slash);
  if (name === "") throw new PlatformError("Request.NotFound");
  try {
    return { tenant, name: decodeURIComponent(name), path: slash < 0 ? "/" : whole.slice(slash), query };
  } catch (cause) {
    throw new PlatformError("Request.Malformed", "The address cannot be decoded.", { cause });
  }
}

/** Address of the caller; behind trusted proxies, the one that the outermost of them saw. */
export function sourceIpOf(request: IncomingMessage, trustedProxies: number): string {
  const direct = (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  const forwarded = request.headers["x-forwarded-for"];
  if (trustedProxies === 0 || typeof forwarded !== "string") return direct;
  const chain = forwarded.split(",").map((part) => part.trim());
  return chain.at(-trustedProxies) ?? direct;
}

export function newInvocation(
  deps: SourceDeps,
  params: {
    readonly ref: FunctionRef;
    readonly source: InvocationSource;
    readonly trigger: string;
    readonly qualifier?: string;
    readonly request: IncomingMessage;
  },
): Omit<Invocation, "event"> {
  const lineage = lineageOf(params.request.headers);
  return {
    id: deps.newId(),
    tenant: params.ref.tenant,
    function: params.ref.name,
    qualifier: params.qualifier ?? "$LATEST",
    source: params.source,
    trigger: params.trigger,
    acceptedAt: deps.now(),
    ...(lineage === undefined ? {} : { lineage }),
  };
}
