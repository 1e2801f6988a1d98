import { incomplete, invalid, type Refused } from "./refusal.ts";

export interface SigningTime {
  readonly at: number;
  /** `20261124T120000Z`, as it is signed. */
  readonly text: string;
}

/** How far the clocks of caller and gateway may be apart. */
const SKEW_MS = 15 * 60_000;
const BASIC = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** ISO 8601's basic form; in a `Date` header also HTTP's own. */
export function parseSigningTime(text: string): { readonly ok: true; readonly time: SigningTime } | Refused {
  const basic = BASIC.exec(text);
  const at = basic === null ? parseHttpDate(text) : toInstant(basic);
  // A thirteenth month would be the first of the next year.
  if (Number.isNaN(at) || (basic !== null && formatTime(at) !== text)) {
    return incomplete(
      `Date must be in ISO-8601 'basic format'. Got '${text.slice(0, 64)}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  }
  return { ok: true, time: { at, text: basic === null ? formatTime(at) : text } };
}

function toInstant([, year, month, day, hour, minute, second]: RegExpExecArray): number {
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
}

function parseHttpDate(text: string): number {
  return /^[A-Z][a-z]{2}, .* GMT$/.test(text) ? Date.parse(text) : Number.NaN;
}

/** Within 15 minutes, or as long as the caller's link is to live. */
export function checkSigningTime(
  time: SigningTime,
  lifetimeMs: number | undefined,
  now: number,
): { readonly ok: true } | Refused {
  const earliest = now - (lifetimeMs ?? SKEW_MS);
  if (time.at < earliest) {
    const span = lifetimeMs === undefined ? "15 min." : `${lifetimeMs / 1000} sec.`;
    return invalid(
      `Signature expired: ${time.text} is now earlier than ${formatTime(earliest)} (${formatTime(now)} - ${span})`,
    );
  }
  if (time.at > now + SKEW_MS) {
    return invalid(
      `Signature not yet current: ${time.text} is still later than ${formatTime(now + SKEW_MS)} (${formatTime(now)} + 15 min.)`,
    );
  }
  return { ok: true };
}

function formatTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}
