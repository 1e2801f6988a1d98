import {
  type ErrorCode,
  type FunctionRef,
  LATEST,
  LIMITS,
  PlatformError,
  QUALIFIER,
  resolveQualifier,
} from "@sluice/core";
import { z } from "zod";
import type { CallResult } from "../invoker.ts";
import { functionNotFound, requireFunction } from "./functions.ts";
import { defineOperation, NAME_PARAMS, type Operation, type PlatformApiDeps, type Reply, reply } from "./operation.ts";

export const INVOCATION_ID = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "must be the id of an invocation");

export function invocationOperations(deps: PlatformApiDeps): Operation[] {
  return [invokeFunction(deps), getInvocation(deps)];
}

const INVOKE_ERRORS: readonly ErrorCode[] = [
  "Function.NotFound",
  "Function.VersionNotFound",
  "Request.InvalidJson",
  "Request.TooLarge",
  "Capacity.Exhausted",
  "Capacity.FunctionLimit",
  "Capacity.NoWorker",
  "Invocation.Recursive",
  "Worker.Lost",
];

function invokeFunction(deps: PlatformApiDeps): Operation {
  const { invoker, now, newId } = deps;
  return defineOperation({
    id: "invokeFunction",
    actions: ["lambda:InvokeFunction"],
    method: "post",
    path: "/functions/{name}/invocations",
    summary: "Run a function now and wait (sync), or queue an event for it (async)",
    params: NAME_PARAMS,
    query: z.strictObject({
      qualifier: z.string().regex(QUALIFIER, "must be a version number, an alias or $LATEST").optional(),
      mode: z.enum(["sync", "async"]).optional(),
      logs: z.enum(["true", "false"]).optional(),
    }),
    body: {
      kind: "event",
      limitBytes: ({ mode }) => (mode === "async" ? LIMITS.asyncPayloadBytesMax : LIMITS.payloadBytesMax),
    },
    replies: {
      200: { description: "It ran; 'ok' says whether it failed", schemas: ["InvocationResult"] },
      202: { description: "It is queued and will run", schemas: ["InvocationAccepted"] },
    },
    errors: INVOKE_ERRORS,
    async handle({ tenant, params, query, event, lineage }) {
      const qualifier = query.qualifier ?? LATEST;
      await requireVersion(deps, { tenant, name: params.name }, qualifier);
      const invocation = {
        id: newId(),
        tenant,
        function: params.name,
        qualifier,
        source: "api",
        trigger: "",
        acceptedAt: now(),
        ...(lineage === undefined ? {} : { lineage }),
      } as const;
      if (query.mode === "async") {
        const { id } = await invoker.enqueue({ ...invocation, event });
        return reply(202, { invocationId: id });
      }
      return answer(invocation.id, await invoker.call(invocation, event, { logs: query.logs === "true" }));
    },
  });
}

async function requireVersion({ registry }: PlatformApiDeps, ref: FunctionRef, qualifier: string): Promise<void> {
  const record = await registry.getFunction(ref);
  if (record === undefined) throw functionNotFound(ref.name);
  const version = resolveQualifier(record.aliases, qualifier, 0);
  if (version === LATEST || (version !== undefined && (await registry.getVersion(ref, version)) !== undefined)) return;
  throw new PlatformError("Function.VersionNotFound", `'${ref.name}' has no version or alias ${qualifier}.`);
}

/** The payload is JSON already, so it is put in as it is instead of being parsed and written again. */
function answer(invocationId: string, result: CallResult): Reply {
  if (result.kind === "refused") throw result.error;
  const { version, error = null, logs = [] } = result.head;
  const payload = error === null && result.payload.length > 0 ? result.payload.toString("utf8") : "null";
  const rest = JSON.stringify({ invocationId, version, ok: error === null, error, logs });
  return { status: 200, json: `${rest.slice(0, -1)},"result":${payload}}` };
}

function getInvocation({ registry, queue }: PlatformApiDeps): Operation {
  return defineOperation({
    id: "getInvocation",
    method: "get",
    path: "/functions/{name}/invocations/{id}",
    summary: "State of a queued invocation",
    params: NAME_PARAMS.extend({ id: INVOCATION_ID }),
    replies: { 200: { description: "Its state", schemas: ["InvocationStatus"] } },
    errors: ["Function.NotFound", "Invocation.NotFound"],
    async handle({ tenant, params }) {
      const ref = { tenant, name: params.name };
      await requireFunction(registry, ref);
      const status = await queue.find(ref, params.id);
      if (status === undefined) throw invocationNotFound(params.id);
      return reply(200, status);
    },
  });
}

export function invocationNotFound(id: string): PlatformError {
  return new PlatformError("Invocation.NotFound", `No queued invocation with the id '${id}' is known.`);
}
