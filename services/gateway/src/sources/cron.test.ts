import { type CronTrigger, DEFAULT_FUNCTION_CONFIG, type Invocation } from "@sluice/core";
import { createMemoryQueue } from "@sluice/queue";
import { createMemoryStores } from "@sluice/store";
import type { Invoker } from "../invoker.ts";
import { CronSource } from "./cron.ts";

const START = Date.UTC(2026, 10, 24, 12, 0, 30);
const MINUTE_MS = 60_000;
const REF = { tenant: "default", name: "report" };

function setUp() {
  const clock = { at: START };
  const now = (): number => clock.at;
  const { registry, cron: ledger } = createMemoryStores({ now });
  const queue = createMemoryQueue({ now });
  const queued: Invocation[] = [];
  const errors: unknown[] = [];
  const invoker: Invoker = {
    call: () => Promise.reject(new Error("cron never calls directly")),
    abandon: () => undefined,
    enqueue: async (invocation, options) => {
      const enqueued = await queue.enqueue(invocation, options);
      if (!enqueued.duplicate) queued.push(invocation);
      return enqueued;
    },
  };
  let ids = 0;
  const source = (): CronSource =>
    new CronSource({
      registry,
      ledger,
      invoker,
      place: { region: "us-east-1", accountId: "000000000000" },
      now,
      newId: () => `id-${++ids}`,
      onError: (error) => errors.push(error),
    });
  const put = async (change: Partial<CronTrigger> = {}): Promise<void> => {
    const trigger: CronTrigger = {
      type: "cron",
      name: "tick",
      auth: { type: "none" },
      schedule: "* * * * *",
      timezone: "UTC",
      missedRuns: "once",
      input: null,
      ...change,
    };
    const content = { codeDigest: "a".repeat(64), codeBytes: 1, sourceMapDigest: null, upload: null };
    await registry.change(REF, () => ({
      now: clock.at,
      latest: { ...content, config: DEFAULT_FUNCTION_CONFIG, revisionId: "r-1", createdAt: clock.at },
      triggers: [trigger],
    }));
  };
  const times = (): string[] => queued.map(({ event }) => (JSON.parse(event) as { time: string }).time);
  return { clock, source, put, queued, times, errors };
}

test("four gateways together queue every slot once, late by a little or not", async () => {
  const { clock, source, put, times, errors } = setUp();
  await put();
  const sources = Array.from({ length: 4 }, source);
  const tickAll = (): Promise<void[]> => Promise.all(sources.map((one) => one.tick()));
  await tickAll();
  expect(times()).toEqual([]);
  for (let minute = 0; minute < 3; minute++) {
    clock.at += MINUTE_MS;
    await tickAll();
    await tickAll();
  }
  expect(times()).toEqual(["2026-11-24T12:01:00Z", "2026-11-24T12:02:00Z", "2026-11-24T12:03:00Z"]);
  expect(errors).toEqual([]);
});

test.each([
  ["skip", []],
  ["once", ["2026-11-24T12:05:00Z"]],
  [
    "all",
    [
      "2026-11-24T12:01:00Z",
      "2026-11-24T12:02:00Z",
      "2026-11-24T12:03:00Z",
      "2026-11-24T12:04:00Z",
      "2026-11-24T12:05:00Z",
    ],
  ],
] as const)(
  "slots missed while no gateway ran follow the policy '%s', also when four start together",
  async (missedRuns, slots) => {
    const { clock, source, put, times } = setUp();
    await put({ missedRuns });
    await source().tick();
    clock.at += 5 * MINUTE_MS + 10_000;
    await Promise.all(Array.from({ length: 4 }, () => source().tick()));
    expect(times()).toEqual(slots);
  },
);

test("a changed schedule begins afresh: nothing is made up for", async () => {
  const { clock, source, put, times } = setUp();
  await put({ missedRuns: "all" });
  const one = source();
  await one.tick();
  clock.at += 10 * MINUTE_MS;
  await put({ missedRuns: "all", schedule: "*/2 * * * *" });
  one.changed();
  await one.tick();
  expect(times()).toEqual([]);
  clock.at += 2 * MINUTE_MS;
  await one.tick();
  expect(times()).toEqual(["2026-11-24T12:12:00Z"]);
});

test("a trigger's own input is the event, word for word", async () => {
  const { clock, source, put, queued } = setUp();
  await put({ input: '{"kind":"daily"}' });
  const one = source();
  await one.tick();
  clock.at += MINUTE_MS;
  await one.tick();
  expect(queued).toMatchObject([{ tenant: "default", function: "report", source: "cron", event: '{"kind":"daily"}' }]);
});

test("a disabled trigger is never due, and has missed nothing when it is enabled again", async () => {
  const { clock, source, put, times } = setUp();
  await put({ missedRuns: "all" });
  const one = source();
  await one.tick();
  for (const enabled of [false, true]) {
    await put({ missedRuns: "all", enabled });
    one.changed();
    await one.tick();
    clock.at += 3 * MINUTE_MS;
  }
  expect(times()).toEqual([]);
  await one.tick();
  expect(times()).toEqual(["2026-11-24T12:04:00Z", "2026-11-24T12:05:00Z", "2026-11-24T12:06:00Z"]);
});

test("a trigger calls the version or alias that it names", async () => {
  const { clock, source, put, queued } = setUp();
  await put();
  const one = source();
  await one.tick();
  clock.at += MINUTE_MS;
  await one.tick();
  await put({ qualifier: "live" });
  one.changed();
  clock.at += MINUTE_MS;
  await one.tick();
  expect(queued.map(({ qualifier }) => qualifier)).toEqual(["$LATEST", "live"]);
});

test("a schedule of EventBridge Scheduler without an input has that service's event", async () => {
  const { clock, source, put, queued } = setUp();
  const retry = { attempts: 185, maxEventAgeSeconds: 86_400 };
  const asked = { expression: "rate(1 minute)", description: null, targetArn: "", roleArn: "", input: null, retry };
  await put({ details: { asked, clientToken: null, createdAt: START, updatedAt: START } });
  const one = source();
  await one.tick();
  clock.at += MINUTE_MS;
  await one.tick();
  expect(queued.map(({ event }) => JSON.parse(event))).toMatchObject([
    {
      source: "aws.scheduler",
      "detail-type": "Scheduled Event",
      time: "2026-11-24T12:01:00Z",
      resources: ["arn:aws:scheduler:us-east-1:000000000000:schedule/default/tick"],
      detail: "{}",
    },
  ]);
});
