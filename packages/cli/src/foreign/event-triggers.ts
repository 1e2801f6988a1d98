import { createHash } from "node:crypto";
import { parseAwsSchedule, TRIGGER_NAME } from "@sluice/core";
import type { ManifestPath } from "../manifest/yaml-source.ts";
import type { Findings } from "./findings.ts";
import type { FunctionDraft } from "./function-draft.ts";
import { readText } from "./mapping.ts";

/** What makes triggers of the events that both formats have. */
export interface EventContext {
  readonly draft: FunctionDraft;
  readonly findings: Findings;
}

export interface ScheduleEvent {
  /** Its name among the function's events. */
  readonly key: string;
  readonly name?: unknown;
  readonly expression: unknown;
  readonly timezone?: unknown;
  /** JSON as text, or the value itself. */
  readonly input?: unknown;
}

export function addSchedule({ draft, findings }: EventContext, event: ScheduleEvent, place: ManifestPath): void {
  const expression = readText(event.expression, place, findings);
  if (expression === undefined) return findings.fault(place, "needs a schedule such as rate(5 minutes)");
  const timezone = readText(event.timezone, place, findings) ?? "UTC";
  const parsed = parseAwsSchedule(expression, timezone);
  if (parsed.kind === "invalid") return findings.fault(place, `'${expression}' ${parsed.message}`);
  if (parsed.kind === "inexpressible") return findings.skip(place, `'${expression}' ${parsed.message}`);
  draft.addTrigger(
    {
      cron: {
        name: triggerName(draft.name, event.key, event.name),
        schedule: parsed.schedule,
        timezone,
        ...(event.input === undefined ? {} : { input: readInput(event.input) }),
      },
    },
    place,
  );
}

/** The text of an input is the event; one that is no JSON arrives as text. */
function readInput(input: unknown): unknown {
  if (typeof input !== "string") return input;
  try {
    return JSON.parse(input) as unknown;
  } catch {
    return input;
  }
}

export interface ObjectEvent {
  readonly key: string;
  /** Undefined: of any bucket. */
  readonly bucket: string | undefined;
  readonly events: readonly unknown[];
  /** `[name, value]`, name being `prefix` or `suffix`. */
  readonly rules: readonly (readonly [string, unknown])[];
}

export function addObjectStorage({ draft, findings }: EventContext, event: ObjectEvent, place: ManifestPath): void {
  const filter: Record<string, string> = {};
  for (const [written, value] of event.rules) {
    const name = written.toLowerCase();
    if (name !== "prefix" && name !== "suffix")
      findings.fault(place, `has a rule '${written}'; S3 has prefix and suffix`);
    else if (filter[name] !== undefined) findings.fault(place, `has two rules for the ${name}; S3 takes one`);
    else filter[name] = readText(value, place, findings) ?? "";
  }
  draft.addTrigger(
    {
      "object-storage": {
        name: triggerName(draft.name, event.key),
        ...(event.bucket === undefined ? {} : { bucket: event.bucket }),
        ...filter,
        events: event.events,
      },
    },
    place,
  );
}

const HASH_CHARS = 8;
const LONGEST_NAME = 64;

/** The event's own name if it is a legal one, else the function's and the event's together, cut to what is legal. */
function triggerName(functionName: string, key: string, own?: unknown): string {
  if (typeof own === "string" && TRIGGER_NAME.test(own)) return own;
  const whole = `${functionName}-${key}`.replace(/[^A-Za-z0-9_-]/g, "-");
  if (whole.length <= LONGEST_NAME) return whole;
  const hash = createHash("sha256").update(whole).digest("hex").slice(0, HASH_CHARS);
  return `${whole.slice(0, LONGEST_NAME - HASH_CHARS - 1)}-${hash}`;
}

/** Where an address would be open that its author had closed, there is none. */
export const WOULD_BE_OPEN =
  "is not made: its callers are checked by AWS, and here it would be open to all; a sluice.yaml can give it 'auth: { bearer: … }'";
