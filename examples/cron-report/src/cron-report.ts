import { kv } from "sluice";

/** What a cron trigger hands over: EventBridge's scheduled event. */
interface ScheduledEvent {
  readonly "detail-type": "Scheduled Event";
  /** The slot, such as `2026-03-01T12:00:00Z`, whenever it runs. */
  readonly time: string;
}

interface Report {
  readonly runsInLastHour: number;
  readonly lastRun: string | null;
}

const PREFIX = "minute:";
const HOUR_SECONDS = 3_600;

/**
 * Called by the clock, it notes the minute; called over HTTP, it reports. One key for each slot instead of a counter:
 * a slot that is handed over twice is counted once, and two runs at the same time cannot lose each other's count.
 */
export const handler = async (event: ScheduledEvent | object): Promise<Report> => {
  if (isScheduled(event)) {
    await kv.put(`${PREFIX}${new Date(event.time).toISOString()}`, "ran", { ttlSeconds: HOUR_SECONDS });
    console.log("noted the slot", event.time);
  }
  const { keys } = await kv.list({ prefix: PREFIX, limit: 100 });
  return { runsInLastHour: keys.length, lastRun: keys.at(-1)?.slice(PREFIX.length) ?? null };
};

function isScheduled(event: ScheduledEvent | object): event is ScheduledEvent {
  return "detail-type" in event && event["detail-type"] === "Scheduled Event";
}
