import type { IncomingMessage, ServerResponse } from "node:http";
import { LATEST, qualifierOf } from "@sluice/core";
import type { SourceDeps } from "./source.ts";
import { callUrl } from "./url-call.ts";

const ID_CHARS = 32;
const MARK = ".lambda-url.";
const HOST = /^([a-z0-9]{32})\.lambda-url\.[a-z0-9.-]+(:\d+)?$/i;

/**
 * The id of the function URL that a host names (`<id>.lambda-url.<region>.<domain>`); undefined for any other host. Asked of
 * every request, so that it looks at one place first.
 */
export function urlIdOfHost(host: string | undefined): string | undefined {
  if (host === undefined || host.charCodeAt(ID_CHARS) !== 46 || host.length > 255) return undefined;
  if (!host.toLowerCase().startsWith(MARK, ID_CHARS)) return undefined;
  return HOST.exec(host)?.[1]?.toLowerCase();
}

/**
 * Function URLs by host: the whole path is the function's.
 *
 * @throws PlatformError when the call cannot be made
 */
export async function handleUrlHost(
  deps: SourceDeps,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const bound = await deps.triggers.findUrlById(id);
  if (bound === undefined) {
    // As Lambda does: who guesses hosts learns nothing.
    response.writeHead(403, { "Content-Type": "application/json" }).end('{"Message":null}');
    return;
  }
  const { function: ref, trigger } = bound;
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = mark < 0 ? "" : url.slice(mark + 1);
  const qualifier = qualifierOf(trigger) ?? LATEST;
  const domainName = (request.headers.host ?? "").toLowerCase().replace(/:\d+$/, "");
  const host = { id, domainName };
  await callUrl(deps, { request, response, ref, qualifier, trigger, path, query, host, mount: "" });
}
