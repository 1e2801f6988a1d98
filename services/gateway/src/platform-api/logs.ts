import { formatLogRecord } from "@sluice/core";
import { z } from "zod";
import { requireFunction } from "./functions.ts";
import { defineOperation, NAME_PARAMS, type Operation, PAGE_LIMIT, type PlatformApiDeps, reply } from "./operation.ts";

const DEFAULT_PAGE = 100;

export function readLogs({ registry, logs }: PlatformApiDeps): Operation {
  return defineOperation({
    id: "readLogs",
    method: "get",
    path: "/functions/{name}/logs",
    summary: "Log lines after a cursor, oldest first; without one, the last records",
    params: NAME_PARAMS,
    query: z.strictObject({
      after: z
        .string()
        .regex(/^[\w./:-]{1,100}$/, "must be a cursor that an earlier read answered")
        .optional(),
      limit: PAGE_LIMIT.optional(),
    }),
    replies: { 200: { description: "Log lines", schemas: ["LogPage"] } },
    errors: ["Function.NotFound"],
    async handle({ tenant, params, query }) {
      const ref = { tenant, name: params.name };
      await requireFunction(registry, ref);
      const { after, limit = DEFAULT_PAGE } = query;
      const found = await logs.read(ref, { ...(after === undefined ? {} : { after }), limit });
      const entries = found.map(({ cursor, record }) => ({ cursor, lines: formatLogRecord(record) }));
      return reply(200, { entries, cursor: entries.at(-1)?.cursor ?? after ?? null });
    },
  });
}
