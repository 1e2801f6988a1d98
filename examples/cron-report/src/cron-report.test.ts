import { join } from "node:path";
import { loadFunction } from "../../thumbnails/src-dev/load-function.ts";
import { createMemoryKv } from "../../thumbnails/src-dev/memory-kv.ts";

test("every slot counts once, and a call over HTTP only reports", async () => {
  const surroundings = { sluice: { kv: createMemoryKv() }, env: {}, log: () => undefined };
  const handler = await loadFunction(join(import.meta.dirname, "cron-report.ts"), surroundings);
  const context = { awsRequestId: "a" };
  const slot = (time: string): object => ({ "detail-type": "Scheduled Event", time });
  expect(await handler({ headers: {} }, context)).toEqual({ runsInLastHour: 0, lastRun: null });
  await handler(slot("2026-11-24T01:02:00Z"), context);
  await handler(slot("2026-11-24T01:03:00Z"), context);
  await handler(slot("2026-11-24T01:02:00Z"), context);
  expect(await handler({ headers: {} }, context)).toEqual({ runsInLastHour: 2, lastRun: "2026-11-24T01:03:00.000Z" });
});
