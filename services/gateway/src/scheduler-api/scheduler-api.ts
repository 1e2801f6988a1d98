import type { IncomingMessage, ServerResponse } from "node:http";
import type { Place } from "@sluice/core";
import { createGroup, getGroup, listGroups, listTags } from "./group-operations.ts";
import { createSchedule, deleteSchedule, getSchedule, listSchedules, updateSchedule } from "./schedule-operations.ts";
import type { ScheduleStore } from "./schedule-store.ts";
import { findOperation, lazyBody, route, type SchedulerCaller } from "./scheduler-call.ts";
import { type SchedulerErrorDeps, toSchedulerError } from "./scheduler-error.ts";

export interface SchedulerApiDeps extends SchedulerErrorDeps {
  readonly store: ScheduleStore;
  readonly place: Place;
  readonly now: () => number;
}

/** EventBridge Scheduler's REST interface, for requests whose signature has been checked. Answers every one, and never throws. */
export type SchedulerApi = (
  request: IncomingMessage,
  response: ServerResponse,
  caller: SchedulerCaller,
  body: Uint8Array,
) => Promise<void>;

const ROUTES = [
  route("POST", "/schedules/{}", createSchedule),
  route("GET", "/schedules/{}", getSchedule),
  route("PUT", "/schedules/{}", updateSchedule),
  route("DELETE", "/schedules/{}", deleteSchedule),
  route("GET", "/schedules", listSchedules),
  route("POST", "/schedule-groups/{}", createGroup),
  route("GET", "/schedule-groups/{}", getGroup),
  route("GET", "/schedule-groups", listGroups),
  route("GET", "/tags/{}", listTags),
];

export function createSchedulerApi(deps: SchedulerApiDeps): SchedulerApi {
  const { store, place, now, newId } = deps;
  return async (request, response, caller, body) => {
    let status = 200;
    let answer: Record<string, unknown>;
    let type: string | undefined;
    try {
      const { operation, ...found } = findOperation(ROUTES, request.method ?? "GET", request.url ?? "/");
      answer = await operation({ caller, store, place, now, body: lazyBody(body), ...found });
    } catch (error) {
      const known = toSchedulerError(error, deps);
      ({ status, type } = known);
      answer = { Message: known.message };
    }
    if (response.destroyed || response.headersSent) return;
    const json = JSON.stringify(answer);
    response.writeHead(status, {
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(json)),
      "cache-control": "no-store",
      "x-amzn-requestid": newId(),
      ...(type === undefined ? {} : { "x-amzn-errortype": type }),
    });
    response.end(json);
  };
}
