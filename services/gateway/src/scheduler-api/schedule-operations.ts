import { functionArn } from "@sluice/core";
import type { AwsError } from "../aws-api/aws-error.ts";
import { scheduleArn, scheduleDocument, scheduleSummary } from "./schedule-documents.ts";
import { DEFAULT_GROUP, readScheduleRequest, type ScheduleRequest } from "./schedule-request.ts";
import type { PutOutcome, SchedulePage, StoredSchedule } from "./schedule-store.ts";
import type { SchedulerCall } from "./scheduler-call.ts";
import { schedulerError } from "./scheduler-error.ts";

type Answer = Promise<Record<string, unknown>>;

const PAGE_MAX = 100;

/** A request that comes twice with one token has made one schedule. */
export async function createSchedule(call: SchedulerCall): Answer {
  const request = await readRequest(call, "scheduler:CreateSchedule");
  const { caller, store, place, name } = call;
  const outcome = await store.createSchedule(caller.tenant, stored(call, request));
  if (outcome === "exists") {
    const there = await store.getSchedule(caller.tenant, name);
    const again = there !== undefined && there.clientToken !== null && there.clientToken === request.clientToken;
    if (!again) throw schedulerError("ConflictException", `Schedule ${name} already exists.`);
  } else refuseUnlessDone(outcome, name, request);
  return { ScheduleArn: scheduleArn(place, name) };
}

/** Replaces all of it: what the request leaves out gets its default, as in AWS. */
export async function updateSchedule(call: SchedulerCall): Answer {
  const request = await readRequest(call, "scheduler:UpdateSchedule");
  const { caller, store, place, name } = call;
  refuseUnlessDone(await store.replaceSchedule(caller.tenant, stored(call, request)), name, request);
  return { ScheduleArn: scheduleArn(place, name) };
}

export async function getSchedule(call: SchedulerCall): Answer {
  const { caller, store, place, name, query } = call;
  caller.authorise("scheduler:GetSchedule", addressedArn(call));
  requireGroup(query.get("groupName") ?? DEFAULT_GROUP);
  const schedule = await store.getSchedule(caller.tenant, name);
  if (schedule === undefined) throw missing(name);
  return scheduleDocument(schedule, place);
}

export async function deleteSchedule(call: SchedulerCall): Answer {
  const { caller, store, name, query } = call;
  caller.authorise("scheduler:DeleteSchedule", addressedArn(call));
  requireGroup(query.get("groupName") ?? DEFAULT_GROUP);
  if (!(await store.deleteSchedule(caller.tenant, name))) throw missing(name);
  return {};
}

export async function listSchedules({ caller, store, place, query }: SchedulerCall): Answer {
  caller.authorise("scheduler:ListSchedules", "*");
  const group = query.get("ScheduleGroup") ?? DEFAULT_GROUP;
  requireGroup(group);
  const limit = pageSize(query);
  const found = await store.listSchedules(caller.tenant, { ...readPage(query), limit: limit + 1 });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    Schedules: page.map((schedule) => scheduleSummary(schedule, place)),
    ...(found.length > limit && last !== undefined ? { NextToken: toToken(last.name) } : {}),
  };
}

/** A schedule has no role here, so its author needs the right to call what it calls. */
async function readRequest(call: SchedulerCall, action: string): Promise<ScheduleRequest> {
  const { caller, place, name, body } = call;
  caller.authorise(action, scheduleArn(place, name));
  const request = readScheduleRequest(name, body(), place);
  requireGroup(request.group);
  caller.authorise("lambda:InvokeFunction", functionArn(place, request.function, request.qualifier));
  return request;
}

function stored({ name, now }: SchedulerCall, { group: _group, ...request }: ScheduleRequest): StoredSchedule {
  return { name, ...request, createdAt: now(), updatedAt: now() };
}

function refuseUnlessDone(outcome: PutOutcome, name: string, request: ScheduleRequest): void {
  if (outcome === "missing") throw missing(name);
  if (outcome === "exists") throw schedulerError("ConflictException", `Schedule ${name} already exists.`);
  if (outcome === "full")
    throw schedulerError("ServiceQuotaExceededException", "There are as many schedules as there may be.");
  if (outcome === "no-function") {
    throw schedulerError(
      "ValidationException",
      `Target.Arn names the function '${request.function}', which is not there.`,
    );
  }
}

function addressedArn({ place, name, query }: SchedulerCall): string {
  return scheduleArn(place, name, query.get("groupName") ?? DEFAULT_GROUP);
}

export function requireGroup(name: string): void {
  if (name === DEFAULT_GROUP) return;
  throw schedulerError(
    "ResourceNotFoundException",
    `Schedule group ${name} does not exist; there is '${DEFAULT_GROUP}' alone.`,
  );
}

function readPage(query: URLSearchParams): Omit<SchedulePage, "limit"> {
  const state = query.get("State");
  if (state !== null && state !== "ENABLED" && state !== "DISABLED") {
    throw schedulerError("ValidationException", "State must be ENABLED or DISABLED.");
  }
  const token = query.get("NextToken");
  return {
    prefix: query.get("NamePrefix") ?? "",
    ...(state === null ? {} : { enabled: state === "ENABLED" }),
    ...(token === null ? {} : { after: fromToken(token) }),
  };
}

export function pageSize(query: URLSearchParams): number {
  const text = query.get("MaxResults");
  if (text === null) return PAGE_MAX;
  const size = Number(text);
  if (Number.isInteger(size) && size >= 1 && size <= PAGE_MAX) return size;
  throw schedulerError("ValidationException", `MaxResults must be a whole number from 1 to ${PAGE_MAX}.`);
}

function toToken(name: string): string {
  return Buffer.from(name).toString("base64url");
}

function fromToken(token: string): string {
  const name = Buffer.from(token, "base64url").toString();
  if (/^[\w-]{1,64}$/.test(name)) return name;
  throw schedulerError("ValidationException", "NextToken is none that this API has given.");
}

function missing(name: string): AwsError {
  return schedulerError("ResourceNotFoundException", `Schedule ${name} does not exist.`);
}
