import { type CronTrigger, DEFAULT_FUNCTION_CONFIG, type Registry } from "@sluice/core";
import { createMemoryStores } from "@sluice/store";
import { RegistryScheduleStore } from "./registry-schedule-store.ts";
import type { StoredSchedule } from "./schedule-store.ts";

const CONTENT = { codeDigest: "a".repeat(64), codeBytes: 1, sourceMapDigest: null, upload: null };
const TENANT = "default";

let registry: Registry;
let store: RegistryScheduleStore;
beforeEach(async () => {
  const now = (): number => 1_000;
  ({ registry } = createMemoryStores({ now }));
  for (const name of ["report", "other"]) {
    const latest = { ...CONTENT, config: DEFAULT_FUNCTION_CONFIG, revisionId: "r-1", createdAt: 1 };
    await registry.change({ tenant: TENANT, name }, () => ({ now: 1, latest }));
  }
  store = new RegistryScheduleStore({ registry, now });
});

function cron(name: string): CronTrigger {
  const timing = { schedule: "0 2 * * *", timezone: "UTC", missedRuns: "once", input: null } as const;
  return { type: "cron", name, auth: { type: "none" }, ...timing };
}

function schedule(change: Partial<StoredSchedule> = {}): StoredSchedule {
  const { name = "nightly" } = change;
  const retry = { attempts: 185, maxEventAgeSeconds: 86_400 };
  const asked = { expression: "rate(1 day)", description: null, targetArn: "", roleArn: "", input: null, retry };
  const times = { clientToken: null, createdAt: 1_000, updatedAt: 1_000 };
  const at = { name, function: "report", qualifier: "$LATEST", enabled: true, ...times };
  return { ...at, trigger: cron(name), asked, ...change };
}

async function triggersOf(name: string): Promise<unknown> {
  return (await registry.getFunction({ tenant: TENANT, name }))?.triggers;
}

test("a schedule is a cron trigger of its function, marked as the API's", async () => {
  expect(await store.createSchedule(TENANT, schedule({ enabled: false, qualifier: "live" }))).toBe("done");
  expect(await triggersOf("report")).toMatchObject([
    { type: "cron", name: "nightly", origin: "api", enabled: false, qualifier: "live" },
  ]);
  expect(await store.getSchedule("somebody-else", "nightly")).toBeUndefined();
});

test("the other triggers of the function stay as they are, in their order", async () => {
  const hook = { type: "webhook", name: "in", auth: { type: "none" } } as const;
  await registry.change({ tenant: TENANT, name: "report" }, () => ({ now: 1, triggers: [hook, cron("own")] }));
  for (const name of ["a", "b"]) await store.createSchedule(TENANT, schedule({ name }));
  await store.replaceSchedule(TENANT, schedule({ name: "a", enabled: false }));
  await store.deleteSchedule(TENANT, "b");
  expect(await triggersOf("report")).toMatchObject([hook, cron("own"), { name: "a", enabled: false }]);
});

test("a cron trigger of a manifest is no schedule, but has its name", async () => {
  await registry.change({ tenant: TENANT, name: "other" }, () => ({ now: 1, triggers: [cron("nightly")] }));
  for (const owner of ["report", "other"]) {
    expect(await store.createSchedule(TENANT, schedule({ function: owner }))).toBe("exists");
    expect(await store.replaceSchedule(TENANT, schedule({ function: owner }))).toBe("missing");
  }
  expect(await store.deleteSchedule(TENANT, "nightly")).toBe(false);
  expect(await store.listSchedules(TENANT, { prefix: "", limit: 10 })).toEqual([]);
  expect(await triggersOf("other")).toEqual([cron("nightly")]);
});

test("a schedule goes to another function, and stays where it was when that cannot be", async () => {
  await store.createSchedule(TENANT, schedule({ clientToken: "t-1" }));
  expect(await store.replaceSchedule(TENANT, schedule({ function: "nobody" }))).toBe("no-function");
  expect(await store.getSchedule(TENANT, "nightly")).toMatchObject({ function: "report" });

  const others = Array.from({ length: 100 }, (_, at) => ({ ...cron(`c-${at}`) }));
  await registry.change({ tenant: TENANT, name: "other" }, () => ({ now: 1, triggers: others }));
  expect(await store.replaceSchedule(TENANT, schedule({ function: "other" }))).toBe("full");
  expect(await store.getSchedule(TENANT, "nightly")).toMatchObject({ function: "report" });

  await registry.change({ tenant: TENANT, name: "other" }, () => ({ now: 1, triggers: [] }));
  expect(await store.replaceSchedule(TENANT, schedule({ function: "other", createdAt: 5 }))).toBe("done");
  const moved = { function: "other", clientToken: "t-1", createdAt: 1_000 };
  expect(await store.getSchedule(TENANT, "nightly")).toMatchObject(moved);
  expect(await triggersOf("report")).toEqual([]);
});

test("a schedule ends with its function, and its name is free again", async () => {
  await store.createSchedule(TENANT, schedule());
  await registry.deleteFunction({ tenant: TENANT, name: "report" });
  expect(await store.getSchedule(TENANT, "nightly")).toBeUndefined();
  expect(await store.createSchedule(TENANT, schedule())).toBe("no-function");
  expect(await store.createSchedule(TENANT, schedule({ function: "other" }))).toBe("done");
});

test("of many who take one name at once, one has it", async () => {
  const owners = ["report", "other", "report", "other"];
  const outcomes = await Promise.all(
    owners.map((owner) => store.createSchedule(TENANT, schedule({ function: owner }))),
  );
  expect(outcomes.toSorted()).toEqual(["done", "exists", "exists", "exists"]);
});

test("of many schedules made at once for one function none is lost", async () => {
  const names = Array.from({ length: 20 }, (_, at) => `s-${String(at).padStart(2, "0")}`);
  await Promise.all(names.map((name) => store.createSchedule(TENANT, schedule({ name }))));
  const listed = await store.listSchedules(TENANT, { prefix: "s-", limit: 50 });
  expect(listed.map(({ name }) => name)).toEqual(names);
});
