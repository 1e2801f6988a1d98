import type { Place } from "@sluice/core";
import { DEFAULT_GROUP } from "./schedule-request.ts";
import type { StoredSchedule } from "./schedule-store.ts";

export function scheduleArn({ region, accountId }: Place, name: string, group = DEFAULT_GROUP): string {
  return `arn:aws:scheduler:${region}:${accountId}:schedule/${group}/${name}`;
}

export function groupArn({ region, accountId }: Place, name: string): string {
  return `arn:aws:scheduler:${region}:${accountId}:schedule-group/${name}`;
}

/** GetSchedule's answer: as it was asked for, with the API's defaults filled in. */
export function scheduleDocument(schedule: StoredSchedule, place: Place): Record<string, unknown> {
  const { asked, trigger } = schedule;
  return {
    ...head(schedule, place),
    ...(asked.description === null ? {} : { Description: asked.description }),
    ScheduleExpression: asked.expression,
    ScheduleExpressionTimezone: trigger.timezone,
    FlexibleTimeWindow: { Mode: "OFF" },
    ActionAfterCompletion: "NONE",
    Target: {
      Arn: asked.targetArn,
      RoleArn: asked.roleArn,
      ...(asked.input === null ? {} : { Input: asked.input }),
      RetryPolicy: {
        MaximumRetryAttempts: asked.retry.attempts,
        MaximumEventAgeInSeconds: asked.retry.maxEventAgeSeconds,
      },
    },
  };
}

/** One of ListSchedules. */
export function scheduleSummary(schedule: StoredSchedule, place: Place): Record<string, unknown> {
  return { ...head(schedule, place), Target: { Arn: schedule.asked.targetArn } };
}

function head({ name, enabled, createdAt, updatedAt }: StoredSchedule, place: Place): Record<string, unknown> {
  return {
    Arn: scheduleArn(place, name),
    Name: name,
    GroupName: DEFAULT_GROUP,
    State: enabled ? "ENABLED" : "DISABLED",
    CreationDate: toSeconds(createdAt),
    LastModificationDate: toSeconds(updatedAt),
  };
}

/** The one group there is; it is as old as the place. */
export function groupDocument(place: Place): Record<string, unknown> {
  return {
    Arn: groupArn(place, DEFAULT_GROUP),
    Name: DEFAULT_GROUP,
    State: "ACTIVE",
    CreationDate: 0,
    LastModificationDate: 0,
  };
}

function toSeconds(ms: number): number {
  return ms / 1_000;
}
