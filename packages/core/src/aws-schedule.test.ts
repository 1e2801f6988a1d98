import { parseAwsSchedule } from "./aws-schedule.ts";
import { nextSlot, parseSchedule } from "./schedule.ts";

/** The first slot after Tuesday 24 November 2026, as `2026-11-25T12:00`; or what was wrong. */
function firstSlot(expression: string): string {
  const parsed = parseAwsSchedule(expression);
  if (parsed.kind !== "schedule") return `${parsed.kind}: ${parsed.message}`;
  const ours = parseSchedule(parsed.schedule, "UTC");
  if (!ours.ok) return ours.message;
  const slot = nextSlot(ours.schedule, Date.UTC(2026, 10, 24));
  return slot === null ? "never" : new Date(slot).toISOString().slice(0, 16);
}

test.each([
  ["rate(1 minute)", "2026-11-24T00:01"],
  ["rate(12 hours)", "2026-11-24T12:00"],
  ["cron(0 12 * * ? *)", "2026-11-24T12:00"],
  ["cron(15 10 ? * 6L *)", "2026-11-27T10:15"],
  ["cron(0 8 ? * 1 *)", "2026-11-29T08:00"],
  ["cron(0 8 ? * 7 *)", "2026-11-28T08:00"],
  ["cron(0 8 ? * L *)", "2026-11-28T08:00"],
  ["cron(0 8 ? * 2-6 *)", "2026-11-24T08:00"],
  ["cron(0 8 ? * SAT,SUN *)", "2026-11-28T08:00"],
  ["cron(0 8 ? * 2#1 *)", "2026-12-07T08:00"],
  ["cron(5/10 8-17 ? * MON-FRI *)", "2026-11-24T08:05"],
  ["cron(0 8 L * ? *)", "2026-11-30T08:00"],
  ["cron(0 8 5W * ? *)", "2026-12-04T08:00"],
  ["cron(0 8 1 1/6 ? *)", "2027-01-01T08:00"],
])("%s is due first at %s", (expression, expected) => {
  expect(firstSlot(expression)).toBe(expected);
});

test.each([
  ["rate(1 minutes)", "invalid: must say '1 minute'"],
  ["rate(5 minute)", "invalid: must say '5 minutes'"],
  ["rate(0 hours)", "invalid: is not a rate"],
  ["every day", "invalid: must be rate(…) or cron(…)"],
  ["cron(0 12 * * *)", "invalid: has 5 fields"],
  ["cron(0 12 1 * MON *)", "invalid: must have '?'"],
  ["cron(0 12 ? * ? *)", "invalid: must have '?'"],
  ["cron(99 12 * * ? *)", "invalid: "],
  ["cron(0 12 * * ? 2027)", "inexpressible: names the year '2027'"],
  ["at(2027-01-01T00:00:00)", "inexpressible: fires once"],
  [`cron(${"1,".repeat(200)}1 * * * ? *)`, "invalid: is longer"],
])("%s is refused: %s", (expression, expected) => {
  expect(firstSlot(expression)).toContain(expected);
});
