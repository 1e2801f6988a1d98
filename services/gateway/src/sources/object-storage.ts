import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type BoundTrigger,
  LIMITS,
  matchesObjectTrigger,
  objectEventIdentity,
  type ObjectRecord,
  type ObjectStorageTrigger,
  parseObjectNotification,
  PlatformError,
} from "@sluice/core";
import { readAuthorised } from "../auth/read-authorised.ts";
import { parseJsonBody } from "../request/json-body.ts";
import { sendJson } from "../request/reply.ts";
import { newInvocation, parseSourceAddress, type SourceDeps } from "./source.ts";

/**
 * `/events/s3/<trigger>`: one invocation for every record that the trigger's filter lets through, accepted together:
 * anything but a 2xx means that the store should send the whole notification again.
 *
 * @throws PlatformError when it was not accepted
 */
export async function handleObjectStorage(
  deps: SourceDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const address = parseSourceAddress(request.url ?? "/");
  const bound = await deps.triggers.find(address.tenant, "object-storage", address.name);
  // MinIO asks once whether anybody is there before it sends the first event.
  if (request.method === "HEAD") return sendJson(response, 200, "");
  if (request.method !== "POST") {
    response.setHeader("Allow", "HEAD, POST");
    throw new PlatformError("Request.MethodNotAllowed", `${request.method} is not taken here; POST is.`);
  }
  const { trigger } = bound;
  const body = await readAuthorised(request, trigger.auth, LIMITS.asyncPayloadBytesMax);

  const parsed = parseObjectNotification(parseJsonBody(body).value);
  if (!parsed.ok)
    throw new PlatformError("Request.Malformed", `This is not an object-storage notification: ${parsed.message}.`);
  const matching = parsed.records.filter((record) => matchesObjectTrigger(trigger, record));
  const invocations = await Promise.all(matching.map((record) => enqueueRecord(deps, request, bound, record)));
  const filtered = parsed.records.length - matching.length;
  sendJson(response, invocations.length > 0 ? 202 : 200, JSON.stringify({ invocations, filtered }));
}

async function enqueueRecord(
  deps: SourceDeps,
  request: IncomingMessage,
  bound: BoundTrigger<ObjectStorageTrigger>,
  record: ObjectRecord,
): Promise<{ readonly key: string; readonly invocationId: string; readonly duplicate: boolean }> {
  const { trigger, function: ref } = bound;
  const invocation = newInvocation(deps, { ref, source: "object-storage", trigger: trigger.name, request });
  const identity = objectEventIdentity(record);
  const options = identity === undefined ? {} : { idempotencyKey: `object:${trigger.name}:${identity}` };
  const event = JSON.stringify({ Records: [record] });
  const { id, duplicate } = await deps.invoker.enqueue({ ...invocation, event }, options);
  return { key: record.s3.object.key, invocationId: id, duplicate };
}
