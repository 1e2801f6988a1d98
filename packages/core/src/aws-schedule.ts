import { parseSchedule } from "./schedule.ts";

/** An expression of EventBridge in the form of ours; `invalid`: AWS would refuse it too, `inexpressible`: we alone do. */
export type AwsScheduleParse =
  | { readonly kind: "schedule"; readonly schedule: string }
  | { readonly kind: "invalid"; readonly message: string }
  | { readonly kind: "inexpressible"; readonly message: string };

const CRON = /^cron\((.*)\)$/;
const RATE = /^rate\(\s*([1-9][0-9]{0,5})\s+(minute|hour|day)(s?)\s*\)$/;
const ONCE = /^at\(.*\)$/;
const LONGEST_EXPRESSION = 256;
/** The highest value of each field that `N/step` counts up to. */
const HIGHEST = [59, 23, 31, 12] as const;
const FORM = "write six fields, cron(minute hour day-of-month month day-of-week year)";

/**
 * `rate(5 minutes)` and `cron(0 12 * * ? *)`, as SAM, the Serverless Framework and EventBridge Scheduler have them.
 * AWS numbers weekdays from 1 for Sunday, cron from 0; AWS has a field for the year, cron has none.
 */
export function parseAwsSchedule(expression: string, timezone = "UTC"): AwsScheduleParse {
  const text = expression.trim();
  if (text.length > LONGEST_EXPRESSION) return invalid(`is longer than ${LONGEST_EXPRESSION} characters`);
  if (ONCE.test(text)) return { kind: "inexpressible", message: "fires once; schedules here repeat" };
  if (text.startsWith("rate")) return parseRate(text);
  const inner = CRON.exec(text)?.[1];
  if (inner === undefined) return invalid("must be rate(…) or cron(…)");
  const fields = inner.trim().split(/\s+/);
  if (fields.length !== 6) return invalid(`has ${fields.length} fields; ${FORM}`);
  const [minute = "", hour = "", day = "", month = "", weekday = "", year = ""] = fields;
  if (year !== "*") {
    return { kind: "inexpressible", message: `names the year '${year}'; schedules here have no year` };
  }
  if ((day === "?" && weekday === "?") || !(isAny(day) || isAny(weekday))) {
    return invalid("must have '?' as its day of month or as its day of week, and not as both");
  }
  const schedule = [
    ...[minute, hour, day, month].map((field, index) => fromStep(field === "?" ? "*" : field, HIGHEST[index] ?? 0)),
    toWeekday(weekday),
  ].join(" ");
  const parsed = parseSchedule(schedule, timezone);
  return parsed.ok ? { kind: "schedule", schedule } : invalid(parsed.message);
}

function isAny(field: string): boolean {
  return field === "?" || field === "*";
}

function parseRate(text: string): AwsScheduleParse {
  const [, amount, unit, plural] = RATE.exec(text) ?? [];
  if (amount === undefined || unit === undefined) {
    return invalid("is not a rate; write rate(5 minutes) with minutes, hours or days");
  }
  if ((amount === "1") !== (plural === "")) return invalid(`must say '${amount} ${unit}${amount === "1" ? "" : "s"}'`);
  return { kind: "schedule", schedule: `rate(${amount} ${unit}${plural})` };
}

/** `5/10` of AWS, every tenth from the fifth on, is `5-59/10` in cron. */
function fromStep(field: string, highest: number): string {
  return field.replace(/(^|,)(\d+)\/(\d+)/g, (_, before: string, from: string, step: string) => {
    return `${before}${from}-${highest}/${step}`;
  });
}

/** `1` to `7` of AWS are `0` to `6`; names and what stands behind `#` and `/` stay. `L` alone is the week's last day. */
function toWeekday(field: string): string {
  if (field === "?") return "*";
  if (field === "L") return "6";
  const stepped = field.replace(/(^|,)(\d)\/(\d)/g, "$1$2-7/$3");
  return stepped.replace(/(^|[,-])(\d+)/g, (_, before: string, number: string) => `${before}${Number(number) - 1}`);
}

function invalid(message: string): AwsScheduleParse {
  return { kind: "invalid", message };
}
