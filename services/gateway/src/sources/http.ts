import type { IncomingMessage, ServerResponse } from "node:http";
import { parseQualifiedName, PlatformError } from "@sluice/core";
import { parseSourceAddress, type SourceDeps } from "./source.ts";
import { callUrl } from "./url-call.ts";

/**
 * Function URLs by path: `/fn/<function>[:<qualifier>]/…`, any method, synchronous over the direct lane. An alias that has
 * a URL of its own is called by that one's rules, everything else of the function by the function's.
 *
 * @throws PlatformError when the call cannot be made; what the function itself does wrong is answered with 502
 */
export async function handleFunctionUrl(
  deps: SourceDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const address = parseSourceAddress(request.url ?? "/");
  const qualified = parseQualifiedName(address.name);
  if (qualified === undefined) throw new PlatformError("Function.NotFound", "This is not a function's name.");
  const ref = { tenant: address.tenant, name: qualified.name };
  const { qualifier } = qualified;
  const { trigger } = await deps.triggers.findUrl(ref, qualifier);
  const { path, query } = address;
  await callUrl(deps, { request, response, ref, qualifier, trigger, path, query, mount: "/fn" });
}
