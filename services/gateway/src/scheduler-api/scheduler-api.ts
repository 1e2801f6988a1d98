import type { IncomingMessage, ServerResponse } from "node:http";
import type { Place } from "@sluice/core";
import { type OpenCall, sendAwsAnswer } from "../aws-api/aws-call.ts";
import { type AwsErrorDeps, toAwsError } from "../aws-api/aws-error.ts";
import { createGroup, getGroup, listGroups, listTags } from "./group-operations.ts";
import { createSchedule, deleteSchedule, getSchedule, listSchedules, updateSchedule } from "./schedule-operations.ts";
import type { ScheduleStore } from "./schedule-store.ts";
import { findOperation, lazyBody, route } from "./scheduler-call.ts";
import { knownSchedulerError } from "./scheduler-error.ts";

export interface SchedulerApiDeps extends AwsErrorDeps {
  readonly store: ScheduleStore;
  readonly place: Place;
  readonly now: () => number;
}

/** EventBridge Scheduler's REST interface. Answers every request, and never throws. */
export type SchedulerApi = (request: IncomingMessage, response: ServerResponse, open: OpenCall) => Promise<void>;

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
const CONTENT_TYPE = "application/json";

export function createSchedulerApi(deps: SchedulerApiDeps): SchedulerApi {
  const { store, place, now, newId } = deps;
  return async (request, response, open) => {
    const answer = { requestId: newId(), contentType: CONTENT_TYPE };
    try {
      const { operation, ...found } = findOperation(ROUTES, request.method ?? "GET", request.url ?? "/");
      const { caller, body } = await open();
      const result = await operation({ caller, store, place, now, body: lazyBody(body), ...found });
      sendAwsAnswer(response, { ...answer, status: 200, body: JSON.stringify(result) });
    } catch (thrown) {
      const { type, message, status } = toAwsError(thrown, deps, knownSchedulerError);
      const headers = { "x-amzn-errortype": type };
      sendAwsAnswer(response, { ...answer, status, body: JSON.stringify({ Message: message }), headers });
    }
  };
}
