import { groupArn, groupDocument } from "./schedule-documents.ts";
import { pageSize, requireGroup } from "./schedule-operations.ts";
import { DEFAULT_GROUP } from "./schedule-request.ts";
import type { SchedulerCall } from "./scheduler-call.ts";
import { schedulerError } from "./scheduler-error.ts";

type Answer = Promise<Record<string, unknown>>;

/** There is one group, and it is always there. */
export async function createGroup({ caller, place, name }: SchedulerCall): Answer {
  caller.authorise("scheduler:CreateScheduleGroup", groupArn(place, name));
  if (name === DEFAULT_GROUP) throw schedulerError("ConflictException", `Schedule group ${name} already exists.`);
  throw schedulerError("ValidationException", `Schedule groups are not made here; use '${DEFAULT_GROUP}'.`);
}

export async function getGroup({ caller, place, name }: SchedulerCall): Answer {
  caller.authorise("scheduler:GetScheduleGroup", groupArn(place, name));
  requireGroup(name);
  return groupDocument(place);
}

export async function listGroups({ caller, place, query }: SchedulerCall): Answer {
  caller.authorise("scheduler:ListScheduleGroups", "*");
  pageSize(query);
  return { ScheduleGroups: DEFAULT_GROUP.startsWith(query.get("NamePrefix") ?? "") ? [groupDocument(place)] : [] };
}

/** Only groups have tags, and the default one has none. */
export async function listTags({ caller, place, name }: SchedulerCall): Answer {
  caller.authorise("scheduler:ListTagsForResource", name);
  if (name !== groupArn(place, DEFAULT_GROUP)) {
    throw schedulerError("ResourceNotFoundException", `There is no schedule group with the ARN '${name}'.`);
  }
  return { Tags: [] };
}
