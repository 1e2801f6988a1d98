import type { IncomingHttpHeaders } from "node:http";
import { formatLineage, parseLineage, TRACE_HEADER } from "@sluice/core";

/** The chain of invocations that a request continues, as an invocation keeps it; undefined: it continues none. */
export function lineageOf(headers: IncomingHttpHeaders): string | undefined {
  const header = headers[TRACE_HEADER];
  const lineage = typeof header === "string" ? parseLineage(header) : undefined;
  return lineage === undefined ? undefined : formatLineage(lineage);
}
