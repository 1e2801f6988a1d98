import { type FunctionUrl, nextSlot, parseSchedule } from "@sluice/core";
import type { TriggerView } from "@sluice/client";
import { formatTime } from "../terminal/quantities.ts";

export interface AddressOptions {
  readonly endpoint: string;
  readonly now: number;
}

const SHOWN_SLOTS = 3;

/** As the platform shows it, or as a manifest has it. */
type DescribedTrigger = TriggerView & { readonly url?: FunctionUrl };

/** A trigger as columns: its type, where or when it fires, and what else matters. */
export function describeTrigger(trigger: DescribedTrigger, { endpoint, now }: AddressOptions): string[] {
  const { type, name } = trigger;
  const guarded = trigger.auth.type === "none" ? [] : [`${trigger.auth.type} auth`];
  if (type === "cron") return [type, describeSchedule(trigger, now)];
  if (type === "http") return [type, [`${endpoint}/fn/${name}`, ...guarded, ...describeUrl(trigger)].join("  ")];
  if (type === "webhook") return [type, [`${endpoint}/hooks/${name}`, ...guarded].join("  ")];
  return [type, [`${endpoint}/events/s3/${name}`, describeFilter(trigger), ...guarded].join("  ")];
}

function describeUrl({ url, cors = url?.cors ?? undefined, invokeMode = url?.invokeMode }: DescribedTrigger): string[] {
  const origins = cors?.allowOrigins ?? [];
  return [
    ...(cors === undefined ? [] : [`CORS for ${origins.length === 0 ? "no origin" : origins.join(", ")}`]),
    ...(invokeMode === "buffered" ? ["buffered"] : []),
  ];
}

function describeFilter({ bucket, prefix = "", suffix = "", events = [] }: TriggerView): string {
  return `${events.join(", ")} in ${bucket ?? "any bucket"}${prefix || suffix ? `: ${prefix}*${suffix}` : ""}`;
}

function describeSchedule({ schedule = "", timezone = "UTC" }: TriggerView, now: number): string {
  const parsed = parseSchedule(schedule, timezone);
  if (!parsed.ok) return schedule;
  const slots: number[] = [];
  for (let at = nextSlot(parsed.schedule, now); at !== null; at = nextSlot(parsed.schedule, at)) {
    if (slots.push(at) === SHOWN_SLOTS) break;
  }
  const times = slots.map((slot) => formatTime(slot, timezone)).join(", ");
  return `'${schedule}' ${timezone}, ${times === "" ? "never" : `next ${times}`}`;
}
