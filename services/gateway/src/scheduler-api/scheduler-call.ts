import type { Place } from "@sluice/core";
import type { AwsCaller } from "../aws-api/aws-call.ts";
import { parseJsonBody } from "../request/json-body.ts";
import type { ScheduleStore } from "./schedule-store.ts";
import { schedulerError } from "./scheduler-error.ts";

/** One request, once its operation is known. */
export interface SchedulerCall {
  readonly caller: AwsCaller;
  readonly store: ScheduleStore;
  readonly place: Place;
  readonly now: () => number;
  /** The decoded part of the path that names something; empty in lists. */
  readonly name: string;
  readonly query: URLSearchParams;
  /** @throws PlatformError Request.InvalidJson */
  readonly body: () => unknown;
}

export type SchedulerOperation = (call: SchedulerCall) => Promise<Record<string, unknown>>;

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly operation: SchedulerOperation;
}

export interface FoundOperation {
  readonly operation: SchedulerOperation;
  readonly name: string;
  readonly query: URLSearchParams;
}

/** `POST /schedules/{Name}`: the name is one part of the path, percent-encoded. */
export function route(method: string, path: string, operation: SchedulerOperation): Route {
  return { method, path: new RegExp(`^${path.replace("{}", "([^/]+)")}$`), operation };
}

/** @throws AwsError when nothing is served there */
export function findOperation(routes: readonly Route[], method: string, url: string): FoundOperation {
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  for (const candidate of routes) {
    const match = candidate.method === method ? candidate.path.exec(path) : null;
    if (match === null) continue;
    const query = new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1));
    return { operation: candidate.operation, name: decode(match[1] ?? ""), query };
  }
  throw schedulerError("ValidationException", `${method} ${path} is no operation of this API.`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw schedulerError("ValidationException", "The address cannot be decoded.");
  }
}

export function lazyBody(bytes: Uint8Array): () => unknown {
  return () => parseJsonBody(bytes).value;
}
