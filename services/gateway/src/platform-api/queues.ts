import { z } from "zod";
import { requireFunction } from "./functions.ts";
import { INVOCATION_ID, invocationNotFound } from "./invocations.ts";
import { defineOperation, NAME_PARAMS, type Operation, PAGE_LIMIT, type PlatformApiDeps, reply } from "./operation.ts";

const DEFAULT_PAGE = 100;
const REDRIVE_BODY_BYTES = 4 * 1024;

/** A function's queue: how much waits, what failed for good, and trying that again. */
export function queueOperations(deps: PlatformApiDeps): Operation[] {
  return [getQueue(deps), listDeadLetters(deps), redriveDeadLetters(deps)];
}

function getQueue({ registry, queue }: PlatformApiDeps): Operation {
  return defineOperation({
    id: "getQueue",
    method: "get",
    path: "/functions/{name}/queue",
    summary: "How much waits for a function",
    params: NAME_PARAMS,
    replies: { 200: { description: "Depth of its queue", schemas: ["QueueDepth"] } },
    errors: ["Function.NotFound"],
    async handle({ tenant, params }) {
      const ref = { tenant, name: params.name };
      await requireFunction(registry, ref);
      return reply(200, await queue.depth(ref));
    },
  });
}

function listDeadLetters({ registry, queue }: PlatformApiDeps): Operation {
  return defineOperation({
    id: "listDeadLetters",
    method: "get",
    path: "/functions/{name}/dead-letters",
    summary: "Dead-lettered invocations, newest first",
    params: NAME_PARAMS,
    query: z.strictObject({ limit: PAGE_LIMIT.optional() }),
    replies: { 200: { description: "Dead-lettered invocations", schemas: ["DeadLetterList"] } },
    errors: ["Function.NotFound"],
    async handle({ tenant, params, query }) {
      const ref = { tenant, name: params.name };
      await requireFunction(registry, ref);
      return reply(200, { deadLetters: await queue.deadLetters(ref, query.limit ?? DEFAULT_PAGE) });
    },
  });
}

function redriveDeadLetters({ registry, queue }: PlatformApiDeps): Operation {
  return defineOperation({
    id: "redriveDeadLetters",
    method: "post",
    path: "/functions/{name}/dead-letters/redrive",
    summary: "Queue one dead-lettered invocation, or all of them, again with fresh attempts",
    params: NAME_PARAMS,
    body: {
      kind: "json",
      schema: z.strictObject({ id: INVOCATION_ID.optional() }),
      limitBytes: () => REDRIVE_BODY_BYTES,
    },
    replies: { 200: { description: "How many were queued again", schemas: ["Redriven"] } },
    errors: ["Function.NotFound", "Invocation.NotFound", "Request.InvalidJson", "Request.TooLarge"],
    async handle({ tenant, params, body }) {
      const ref = { tenant, name: params.name };
      await requireFunction(registry, ref);
      const redriven = await queue.redrive(ref, body.id);
      if (body.id !== undefined && redriven === 0) throw invocationNotFound(body.id);
      return reply(200, { redriven });
    },
  });
}
