import { FUNCTION_NAME, type FunctionRecord, type FunctionRef, PlatformError, type Registry } from "@sluice/core";
import { z } from "zod";
import { describe, summarise, viewVersion } from "./function-view.ts";
import { defineOperation, NAME_PARAMS, type Operation, PAGE_LIMIT, type PlatformApiDeps, reply } from "./operation.ts";

const DEFAULT_PAGE = 100;

export function functionOperations(deps: PlatformApiDeps): Operation[] {
  return [listFunctions(deps), getFunction(deps), deleteFunction(deps), listVersions(deps)];
}

/** @throws PlatformError Function.NotFound */
export async function requireFunction(registry: Registry, ref: FunctionRef): Promise<FunctionRecord> {
  const record = await registry.getFunction(ref);
  if (record === undefined) throw functionNotFound(ref.name);
  return record;
}

export function functionNotFound(name: string): PlatformError {
  return new PlatformError("Function.NotFound", `No function has the name '${name}'.`);
}

function listFunctions({ registry, place }: PlatformApiDeps): Operation {
  return defineOperation({
    id: "listFunctions",
    actions: ["lambda:ListFunctions"],
    method: "get",
    path: "/functions",
    summary: "Functions in name order",
    query: z.strictObject({
      after: z.string().regex(FUNCTION_NAME, "must be the name of a function").optional(),
      limit: PAGE_LIMIT.optional(),
    }),
    replies: { 200: { description: "One page", schemas: ["FunctionList"] } },
    async handle({ tenant, query }) {
      const { after, limit = DEFAULT_PAGE } = query;
      // One more than asked for tells whether there is a next page.
      const found = await registry.listFunctions(tenant, {
        ...(after === undefined ? {} : { after }),
        limit: limit + 1,
      });
      const page = found.slice(0, limit);
      const next = found.length > limit ? (page.at(-1)?.name ?? null) : null;
      return reply(200, { functions: page.map((record) => summarise(record, place)), next });
    },
  });
}

function getFunction({ registry, place }: PlatformApiDeps): Operation {
  return defineOperation({
    id: "getFunction",
    actions: ["lambda:GetFunction"],
    method: "get",
    path: "/functions/{name}",
    summary: "Latest configuration and triggers of a function",
    params: NAME_PARAMS,
    replies: { 200: { description: "The function", schemas: ["FunctionDetail"] } },
    errors: ["Function.NotFound"],
    handle: async ({ tenant, params }) =>
      reply(200, describe(await requireFunction(registry, { tenant, name: params.name }), place)),
  });
}

function deleteFunction({ registry, queue, logs }: PlatformApiDeps): Operation {
  return defineOperation({
    id: "deleteFunction",
    actions: ["lambda:DeleteFunction"],
    method: "delete",
    path: "/functions/{name}",
    summary: "Delete a function with its versions, triggers, queue and logs",
    params: NAME_PARAMS,
    replies: { 204: { description: "Deleted", schemas: [] } },
    errors: ["Function.NotFound"],
    async handle({ tenant, params }) {
      const ref = { tenant, name: params.name };
      const existed = await registry.deleteFunction(ref);
      // Also when it did not exist: an earlier delete that failed halfway is then finished by repeating it.
      await Promise.all([queue.obliterate(ref), logs.delete(ref)]);
      if (!existed) throw functionNotFound(params.name);
      return { status: 204, json: "" };
    },
  });
}

function listVersions({ registry }: PlatformApiDeps): Operation {
  return defineOperation({
    id: "listVersions",
    actions: ["lambda:ListVersionsByFunction"],
    method: "get",
    path: "/functions/{name}/versions",
    summary: "Versions of a function, newest first",
    params: NAME_PARAMS,
    replies: { 200: { description: "Versions", schemas: ["VersionList"] } },
    errors: ["Function.NotFound"],
    async handle({ tenant, params }) {
      const ref = { tenant, name: params.name };
      await requireFunction(registry, ref);
      const versions = [...(await registry.listVersions(ref))].sort((a, b) => Number(b.version) - Number(a.version));
      return reply(200, { versions: versions.map(viewVersion) });
    },
  });
}
