import { Cron } from "croner";

/**
 * When a cron trigger is due. A schedule is five fields (minute first), six fields (second first) or `rate(N unit)`.
 * Rates are aligned to the epoch, so every gateway computes the same slots without asking anybody.
 */
export type Schedule =
  | { readonly kind: "cron"; readonly cron: Cron; readonly text: string }
  | { readonly kind: "rate"; readonly everyMs: number; readonly text: string };

export type ScheduleParse =
  | { readonly ok: true; readonly schedule: Schedule }
  | { readonly ok: false; readonly message: string };

const UNIT_MS: Readonly<Record<string, number>> = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const RATE = /^rate\(\s*([1-9][0-9]{0,5})\s+(second|minute|hour|day)s?\s*\)$/;
/** Keeps a list of many thousand items from being parsed at all. */
const LONGEST_SCHEDULE = 200;

export function parseSchedule(text: string, timezone: string): ScheduleParse {
  const trimmed = text.trim();
  if (trimmed.length > LONGEST_SCHEDULE) return fault(`is longer than ${LONGEST_SCHEDULE} characters`);
  if (trimmed.startsWith("rate")) return parseRate(trimmed);
  const fields = trimmed.split(/\s+/);
  if (fields.length !== 5 && fields.length !== 6) {
    return fault(
      `has ${fields.length} fields; write five (minute hour day month weekday), six (second first) or 'rate(5 minutes)'`,
    );
  }
  if (!isTimeZone(timezone))
    return fault(`has the time zone '${timezone}', which is not an IANA name such as 'Europe/Zurich'`);
  try {
    return { ok: true, schedule: { kind: "cron", cron: new Cron(trimmed, { timezone, paused: true }), text: trimmed } };
  } catch (error) {
    return fault(error instanceof Error ? error.message.replace(/^CronPattern: /, "") : "cannot be read");
  }
}

function parseRate(text: string): ScheduleParse {
  const match = RATE.exec(text);
  const unit = UNIT_MS[match?.[2] ?? ""];
  if (match === null || unit === undefined) {
    return fault("is not a rate; write 'rate(5 minutes)' with seconds, minutes, hours or days");
  }
  return { ok: true, schedule: { kind: "rate", everyMs: Number(match[1]) * unit, text } };
}

function fault(message: string): ScheduleParse {
  return { ok: false, message };
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** First slot strictly after `afterMs`; null when there is none (30 February). */
export function nextSlot(schedule: Schedule, afterMs: number): number | null {
  if (schedule.kind === "rate") return (Math.floor(afterMs / schedule.everyMs) + 1) * schedule.everyMs;
  return schedule.cron.nextRun(new Date(afterMs))?.getTime() ?? null;
}

/** Slots in `(afterMs, untilMs]`, oldest first, at most `limit`. */
export function slotsBetween(schedule: Schedule, afterMs: number, untilMs: number, limit: number): number[] {
  const slots: number[] = [];
  let slot = nextSlot(schedule, afterMs);
  while (slot !== null && slot <= untilMs && slots.length < limit) {
    slots.push(slot);
    slot = nextSlot(schedule, slot);
  }
  return slots;
}
