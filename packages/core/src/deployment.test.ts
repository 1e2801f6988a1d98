import { type Deployment, toDeploymentChange } from "./deployment.ts";
import { DEFAULT_FUNCTION_CONFIG } from "./function.ts";
import { DEFAULT_FUNCTION_SETTINGS } from "./function-settings.ts";
import type { FunctionRecord } from "./registry.ts";
import { DEFAULT_RETRY_POLICY } from "./retry-policy.ts";
import type { CronTrigger, Trigger } from "./trigger.ts";

const CONTENT = {
  codeDigest: "a".repeat(64),
  codeBytes: 1,
  sourceMapDigest: null,
  upload: null,
  config: DEFAULT_FUNCTION_CONFIG,
};
const AT = { now: 2, revisionId: "r-2" };
const HOOK: Trigger = { type: "webhook", name: "in", auth: { type: "none" } };
const URL_OF_API: Trigger = { type: "http", name: "report", auth: { type: "none" }, origin: "api" };

function cron(name: string, more: Partial<CronTrigger> = {}): CronTrigger {
  const timing = { schedule: "0 2 * * *", timezone: "UTC", missedRuns: "once", input: null } as const;
  return { type: "cron", name, auth: { type: "none" }, ...timing, ...more };
}

function record(triggers: readonly Trigger[]): FunctionRecord {
  const owner = { tenant: "default", name: "report" };
  return {
    ...owner,
    latest: { ...owner, ...CONTENT, version: "$LATEST", revisionId: "r-1", createdAt: 1 },
    published: { version: "1", latestRevisionId: "r-1" },
    aliases: {},
    settings: DEFAULT_FUNCTION_SETTINGS,
    triggers,
    createdAt: 1,
    updatedAt: 1,
  };
}

function deployment(triggers: readonly Trigger[]): Deployment {
  return { ...CONTENT, reservedConcurrency: null, retry: DEFAULT_RETRY_POLICY, triggers };
}

test("a deployment replaces the triggers of the one before", () => {
  const change = toDeploymentChange(record([HOOK, cron("old")]), deployment([cron("new")]), AT);
  expect(change).toEqual({ now: 2, triggers: [cron("new")] });
});

test("a deployment leaves what an API made: schedules and URLs", () => {
  const made = [cron("nightly", { origin: "api" }), URL_OF_API];
  expect(toDeploymentChange(record([HOOK, ...made]), deployment([HOOK]), AT)).toBeUndefined();
  expect(toDeploymentChange(record([HOOK, ...made]), deployment([]), AT)?.triggers).toEqual(made);
  expect(toDeploymentChange(record(made), deployment([HOOK]), AT)?.triggers).toEqual([HOOK, ...made]);
});

test("what an API made gives way to a manifest's trigger of the same type and name, and to no other", () => {
  const made = [cron("in", { origin: "api" }), cron("nightly", { origin: "api" })];
  const change = toDeploymentChange(record(made), deployment([HOOK, cron("nightly")]), AT);
  expect(change?.triggers).toEqual([HOOK, cron("nightly"), made[0]]);
});
