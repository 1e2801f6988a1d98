import {
  type AskedSchedule,
  type CronTrigger,
  FUNCTION_NAME,
  functionArn,
  isTimeZone,
  LATEST,
  parseAwsSchedule,
  parseQualifiedName,
  type Place,
  TRIGGER_NAME,
} from "@sluice/core";
import { z } from "zod";
import type { AwsError } from "../aws-api/aws-error.ts";
import { schedulerError } from "./scheduler-error.ts";

export const DEFAULT_GROUP = "default";

/** EventBridge Scheduler's own numbers. */
const RETRIES_MAX = 185;
const EVENT_AGE_SECONDS = { min: 60, max: 86_400 };
const INPUT_BYTES_MAX = 256 * 1024;
/** What Scheduler fills in at each run. */
const CONTEXT_ATTRIBUTE = /<aws\.scheduler\.[a-z-]+>/;

/** What a schedule of AWS may have and one of Sluice has not. */
const NOT_HERE: Readonly<Record<string, string>> = {
  StartDate: "schedules here have no bounds",
  EndDate: "schedules here have no bounds",
  KmsKeyArn: "schedules here are not encrypted with keys of their own",
};
const NOT_OF_TARGETS = [
  "DeadLetterConfig",
  "EcsParameters",
  "EventBridgeParameters",
  "KinesisParameters",
  "SageMakerPipelineParameters",
  "SqsParameters",
];

const REQUEST = z.object({
  GroupName: z.string().default(DEFAULT_GROUP),
  ScheduleExpression: z.string().min(1).max(256),
  ScheduleExpressionTimezone: z.string().min(1).max(50).default("UTC"),
  Description: z.string().max(512).optional(),
  State: z.enum(["ENABLED", "DISABLED"]).default("ENABLED"),
  ActionAfterCompletion: z.enum(["NONE", "DELETE"]).default("NONE"),
  ClientToken: z.string().min(1).max(64).optional(),
  FlexibleTimeWindow: z.object({ Mode: z.enum(["OFF", "FLEXIBLE"]) }),
  Target: z.object({
    Arn: z.string().min(1).max(1600),
    RoleArn: z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, "must be the ARN of a role"),
    Input: z.string().min(1).optional(),
    RetryPolicy: z
      .object({
        MaximumRetryAttempts: z.int().min(0).max(RETRIES_MAX).default(RETRIES_MAX),
        MaximumEventAgeInSeconds: z
          .int()
          .min(EVENT_AGE_SECONDS.min)
          .max(EVENT_AGE_SECONDS.max)
          .default(EVENT_AGE_SECONDS.max),
      })
      .prefault({}),
  }),
});

export interface ScheduleRequest {
  readonly group: string;
  readonly function: string;
  readonly qualifier: string;
  readonly trigger: CronTrigger;
  readonly enabled: boolean;
  readonly asked: AskedSchedule;
  readonly clientToken: string | null;
}

/** What CreateSchedule and UpdateSchedule ask for. @throws AwsError ValidationException, saying what to write */
export function readScheduleRequest(name: string, body: unknown, place: Place): ScheduleRequest {
  if (!TRIGGER_NAME.test(name)) throw invalid("Name", "must be 1 to 64 letters, digits, '-' or '_'");
  refuseWhatIsNotHere(body);
  const parsed = REQUEST.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw invalid(issue?.path.join(".") || "The body", `is not taken: ${issue?.message ?? "it has another form"}`);
  }
  const { Target: target, ...written } = parsed.data;
  if (written.FlexibleTimeWindow.Mode !== "OFF") {
    throw invalid("FlexibleTimeWindow.Mode", "must be OFF: schedules here are due at their time");
  }
  if (written.ActionAfterCompletion !== "NONE") {
    throw invalid("ActionAfterCompletion", "must be NONE: schedules here repeat and never complete");
  }
  const timezone = written.ScheduleExpressionTimezone;
  return {
    group: written.GroupName,
    ...readTarget(target.Arn, place),
    trigger: {
      type: "cron",
      name,
      auth: { type: "none" },
      schedule: readExpression(written.ScheduleExpression, timezone),
      timezone,
      missedRuns: "once",
      input: readInput(target.Input),
    },
    enabled: written.State === "ENABLED",
    asked: {
      expression: written.ScheduleExpression,
      description: written.Description ?? null,
      targetArn: target.Arn,
      roleArn: target.RoleArn,
      input: target.Input ?? null,
      retry: {
        attempts: target.RetryPolicy.MaximumRetryAttempts,
        maxEventAgeSeconds: target.RetryPolicy.MaximumEventAgeInSeconds,
      },
    },
    clientToken: written.ClientToken ?? null,
  };
}

function refuseWhatIsNotHere(body: unknown): void {
  if (!isObject(body)) throw invalid("The body", "must be an object");
  for (const [name, reason] of Object.entries(NOT_HERE)) {
    if (isGiven(body[name])) throw invalid(name, `is not taken: ${reason}`);
  }
  const target = body["Target"];
  if (!isObject(target)) return;
  for (const name of NOT_OF_TARGETS) {
    if (isGiven(target[name])) throw invalid(`Target.${name}`, "is not taken: the target of a schedule is a function");
  }
}

function readExpression(expression: string, timezone: string): string {
  if (!isTimeZone(timezone)) {
    throw invalid("ScheduleExpressionTimezone", `'${timezone}' is not an IANA time zone such as 'Europe/Zurich'`);
  }
  const parsed = parseAwsSchedule(expression, timezone);
  if (parsed.kind === "schedule") return parsed.schedule;
  throw invalid("ScheduleExpression", `'${expression}' ${parsed.message}`);
}

/** A function of this place, alone or with a version or an alias. */
function readTarget(arn: string, place: Place): { readonly function: string; readonly qualifier: string } {
  const prefix = functionArn(place, "");
  const rest = arn.startsWith(prefix) ? arn.slice(prefix.length) : "";
  const [name = "", qualifier = LATEST, ...others] = rest.split(":");
  const legal =
    FUNCTION_NAME.test(name) && (parseQualifiedName(rest) !== undefined || /^[\w-]{1,128}$/.test(qualifier));
  if (!legal || others.length > 0)
    throw invalid("Target.Arn", `must be that of a function, such as ${prefix}my-function`);
  return { function: name, qualifier };
}

function readInput(input: string | undefined): string | null {
  if (input === undefined) return null;
  if (Buffer.byteLength(input) > INPUT_BYTES_MAX)
    throw invalid("Target.Input", `has more than ${INPUT_BYTES_MAX} bytes`);
  const attribute = CONTEXT_ATTRIBUTE.exec(input)?.[0];
  if (attribute !== undefined) throw invalid("Target.Input", `has ${attribute}, which is not filled in here`);
  try {
    JSON.parse(input);
  } catch {
    throw invalid("Target.Input", "must be JSON");
  }
  return input;
}

function invalid(field: string, message: string): AwsError {
  return schedulerError("ValidationException", `${field} ${message}.`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
