import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  ListTagsForResourceCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from "@aws-sdk/client-scheduler";
import { DEFAULT_FUNCTION_CONFIG, PlatformError, type Registry } from "@sluice/core";
import { createMemoryStores } from "@sluice/store";
import { readRaw } from "../request/read-raw.ts";
import { RegistryScheduleStore } from "./registry-schedule-store.ts";
import { createSchedulerApi, type SchedulerApi } from "./scheduler-api.ts";
import type { ScheduleStore } from "./schedule-store.ts";

const PLACE = { region: "us-east-1", accountId: "000000000000" };
const FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:report";
const ROLE = "arn:aws:iam::000000000000:role/scheduler";

let server: Server;
let client: SchedulerClient;
let registry: Registry;
let store: ScheduleStore;
let clock: number;
let asked: string[];
let denied: string | undefined;
const reported: unknown[] = [];
const scheduler: { api: SchedulerApi | undefined } = { api: undefined };

beforeEach(async () => {
  clock = Date.UTC(2026, 10, 24);
  const now = (): number => clock;
  registry = createMemoryStores({ now }).registry;
  for (const name of ["report", "other"]) await makeFunction(name);
  store = new RegistryScheduleStore({ registry, now });
  asked = [];
  denied = undefined;
  serve(store);
  server = createServer((request, response) => {
    const caller = { tenant: "default", authorise };
    void scheduler.api?.(request, response, async () => ({ caller, body: await readRaw(request, 1_000_000) }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  client = new SchedulerClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: PLACE.region,
    credentials: { accessKeyId: "AK", secretAccessKey: "secret" },
    maxAttempts: 1,
  });
});
afterEach(() => {
  client.destroy();
  server.closeAllConnections();
  server.close();
});

async function makeFunction(name: string): Promise<void> {
  const content = { codeDigest: "a".repeat(64), codeBytes: 1, sourceMapDigest: null, upload: null };
  const latest = { ...content, config: DEFAULT_FUNCTION_CONFIG, revisionId: "r-1", createdAt: clock };
  await registry.change({ tenant: "default", name }, () => ({ now: clock, latest }));
}

function serve(used: ScheduleStore): void {
  const reportError = (error: unknown): void => void reported.push(error);
  scheduler.api = createSchedulerApi({ store: used, place: PLACE, now: () => clock, newId: () => "id-1", reportError });
}

function authorise(action: string, resource: string): void {
  asked.push(`${action} ${resource}`);
  if (action === denied) throw new PlatformError("Auth.Missing", "No.");
}

const schedule = (input: Partial<CreateScheduleCommandInput> = {}): CreateScheduleCommandInput => ({
  Name: "nightly",
  ScheduleExpression: "cron(30 2 ? * 2-6 *)",
  FlexibleTimeWindow: { Mode: "OFF" },
  Target: { Arn: FUNCTION, RoleArn: ROLE },
  ...input,
});

const create = (input: Partial<CreateScheduleCommandInput> = {}) =>
  client.send(new CreateScheduleCommand(schedule(input)));

test("a schedule becomes a cron trigger of its function, and is shown as it was asked for", async () => {
  const { ScheduleArn } = await create({
    Description: "Every working night",
    ScheduleExpressionTimezone: "Europe/Zurich",
    Target: { Arn: `${FUNCTION}:live`, RoleArn: ROLE, Input: '{"a":1}', RetryPolicy: { MaximumRetryAttempts: 3 } },
  });
  expect(ScheduleArn).toBe("arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly");
  expect(await store.getSchedule("default", "nightly")).toMatchObject({
    function: "report",
    qualifier: "live",
    enabled: true,
    trigger: {
      type: "cron",
      name: "nightly",
      schedule: "30 2 * * 1-5",
      timezone: "Europe/Zurich",
      input: '{"a":1}',
    },
  });
  const { $metadata, ...shown } = await client.send(new GetScheduleCommand({ Name: "nightly" }));
  expect($metadata).toMatchObject({ httpStatusCode: 200, requestId: "id-1" });
  expect(shown).toEqual({
    Arn: ScheduleArn,
    Name: "nightly",
    GroupName: "default",
    State: "ENABLED",
    Description: "Every working night",
    ScheduleExpression: "cron(30 2 ? * 2-6 *)",
    ScheduleExpressionTimezone: "Europe/Zurich",
    FlexibleTimeWindow: { Mode: "OFF" },
    ActionAfterCompletion: "NONE",
    CreationDate: new Date(clock),
    LastModificationDate: new Date(clock),
    Target: {
      Arn: `${FUNCTION}:live`,
      RoleArn: ROLE,
      Input: '{"a":1}',
      RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 86_400 },
    },
  });
});

test("an update replaces all of a schedule but when it was made", async () => {
  await create({ Description: "Old", Target: { Arn: FUNCTION, RoleArn: ROLE, Input: "1" } });
  const made = clock;
  clock += 60_000;
  const other = FUNCTION.replace("report", "other");
  await client.send(
    new UpdateScheduleCommand(
      schedule({ ScheduleExpression: "rate(5 minutes)", State: "DISABLED", Target: { Arn: other, RoleArn: ROLE } }),
    ),
  );
  const shown = await client.send(new GetScheduleCommand({ Name: "nightly", GroupName: "default" }));
  expect(shown).toMatchObject({
    State: "DISABLED",
    CreationDate: new Date(made),
    LastModificationDate: new Date(clock),
  });
  expect([shown.Description, shown.Target?.Input, shown.Target?.Arn]).toEqual([undefined, undefined, other]);
  expect(await store.getSchedule("default", "nightly")).toMatchObject({
    function: "other",
    enabled: false,
    trigger: { schedule: "rate(5 minutes)", input: null },
  });
});

test("a deleted schedule is gone, and what is not there is said so", async () => {
  await create();
  await client.send(new DeleteScheduleCommand({ Name: "nightly" }));
  const name = "ResourceNotFoundException";
  await expect(client.send(new GetScheduleCommand({ Name: "nightly" }))).rejects.toMatchObject({ name });
  await expect(client.send(new DeleteScheduleCommand({ Name: "nightly" }))).rejects.toMatchObject({ name });
  await expect(client.send(new UpdateScheduleCommand(schedule()))).rejects.toMatchObject({ name });
  await expect(client.send(new GetScheduleCommand({ Name: "x", GroupName: "mine" }))).rejects.toMatchObject({ name });
  await expect(create({ GroupName: "mine" })).rejects.toMatchObject({ name });
});

test("a name is taken once, but the same request may come twice", async () => {
  await create({ ClientToken: "one" });
  await expect(create({ ClientToken: "two" })).rejects.toMatchObject({
    name: "ConflictException",
    message: "Schedule nightly already exists.",
    $metadata: { httpStatusCode: 409 },
  });
  expect((await create({ ClientToken: "one" })).ScheduleArn).toContain("/nightly");
});

test("schedules are listed by name, in pages, and by prefix and state", async () => {
  for (const Name of ["b-2", "a", "b-1", "b-3"]) await create({ Name, State: Name === "b-3" ? "DISABLED" : "ENABLED" });
  const first = await client.send(new ListSchedulesCommand({ NamePrefix: "b", MaxResults: 2 }));
  expect(first.Schedules?.map(({ Name }) => Name)).toEqual(["b-1", "b-2"]);
  expect(first.Schedules?.[0]).toMatchObject({ Target: { Arn: FUNCTION }, State: "ENABLED", GroupName: "default" });
  const next = await client.send(
    new ListSchedulesCommand({ NamePrefix: "b", MaxResults: 2, NextToken: first.NextToken }),
  );
  expect([next.Schedules?.map(({ Name }) => Name), next.NextToken]).toEqual([["b-3"], undefined]);
  const off = await client.send(new ListSchedulesCommand({ State: "DISABLED", GroupName: "default" }));
  expect(off.Schedules?.map(({ Name }) => Name)).toEqual(["b-3"]);
  const name = "ValidationException";
  await expect(client.send(new ListSchedulesCommand({ NextToken: "!" }))).rejects.toMatchObject({ name });
  await expect(client.send(new ListSchedulesCommand({ MaxResults: 101 }))).rejects.toMatchObject({ name });
});

test("the default group is there, without tags, and no other is made", async () => {
  const group = await client.send(new GetScheduleGroupCommand({ Name: "default" }));
  expect(group).toMatchObject({ Name: "default", State: "ACTIVE" });
  const { ScheduleGroups } = await client.send(new ListScheduleGroupsCommand({}));
  expect(ScheduleGroups?.map(({ Name }) => Name)).toEqual(["default"]);
  const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceArn: group.Arn }));
  expect(Tags).toEqual([]);
  const makes = (Name: string) => client.send(new CreateScheduleGroupCommand({ Name }));
  await expect(makes("default")).rejects.toMatchObject({ name: "ConflictException" });
  await expect(makes("mine")).rejects.toMatchObject({ name: "ValidationException" });
});

test("a function whose schedules are too many, or too large, takes no more", async () => {
  const Input = JSON.stringify("x".repeat(200 * 1024));
  const makes = (Name: string) => create({ Name, Target: { Arn: FUNCTION, RoleArn: ROLE, Input } });
  for (const name of ["a", "b"]) await makes(name);
  await expect(makes("c")).rejects.toMatchObject({ name: "ServiceQuotaExceededException" });
});

const target = (more: object) => ({ Target: { Arn: FUNCTION, RoleArn: ROLE, ...more } });

test.each<[string, Partial<CreateScheduleCommandInput>, string]>([
  ["a schedule that fires once", { ScheduleExpression: "at(2027-01-01T00:00:00)" }, "fires once"],
  ["a year", { ScheduleExpression: "cron(0 12 * * ? 2027)" }, "have no year"],
  ["an expression that is none", { ScheduleExpression: "daily" }, "must be rate(…) or cron(…)"],
  ["a time zone that is none", { ScheduleExpressionTimezone: "Mars/Base" }, "is not an IANA time zone"],
  ["a flexible window", { FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 5 } }, "must be OFF"],
  ["deletion after completion", { ActionAfterCompletion: "DELETE" }, "must be NONE"],
  ["an end", { EndDate: new Date(0) }, "EndDate is not taken"],
  ["a name with a dot", { Name: "a.b" }, "must be 1 to 64 letters"],
  ["a dead-letter queue", target({ DeadLetterConfig: { Arn: "arn:aws:sqs:x" } }), "DeadLetterConfig is not taken"],
  [
    "another kind of target",
    target({ Arn: "arn:aws:scheduler:::aws-sdk:lambda:invoke" }),
    "must be that of a function",
  ],
  ["another account's function", target({ Arn: FUNCTION.replace("0000", "1111") }), "must be that of a function"],
  ["a function that is not there", target({ Arn: `${FUNCTION}s` }), "which is not there"],
  ["an input that is no JSON", target({ Input: "{a}" }), "must be JSON"],
  ["an input to be filled in", target({ Input: '"<aws.scheduler.execution-id>"' }), "is not filled in here"],
  ["a role that is none", target({ RoleArn: "admin" }), "Target.RoleArn"],
  [
    "too many retries",
    target({ RetryPolicy: { MaximumRetryAttempts: 186 } }),
    "Target.RetryPolicy.MaximumRetryAttempts",
  ],
])("%s is refused, and the reason is said", async (_what, input, message) => {
  await expect(create(input)).rejects.toMatchObject({
    name: "ValidationException",
    message: expect.stringContaining(message),
    $metadata: { httpStatusCode: 400 },
  });
  expect(await store.listSchedules("default", { prefix: "", limit: 1 })).toEqual([]);
});

test("the caller must be allowed to do it, and to call the function", async () => {
  await create();
  expect(asked).toEqual([
    "scheduler:CreateSchedule arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly",
    `lambda:InvokeFunction ${FUNCTION}`,
  ]);
  denied = "lambda:InvokeFunction";
  await expect(client.send(new UpdateScheduleCommand(schedule()))).rejects.toMatchObject({
    name: "AccessDeniedException",
  });
  denied = "scheduler:DeleteSchedule";
  await expect(client.send(new DeleteScheduleCommand({ Name: "nightly" }))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 403 },
  });
});

test("a failure of the store shows an id alone", async () => {
  registry.getTrigger = () => Promise.reject(new Error("redis://secret is gone"));
  const failure = client.send(new GetScheduleCommand({ Name: "x" }));
  await expect(failure).rejects.toMatchObject({
    name: "InternalFailure",
    message: "Something went wrong inside Sluice (error id id-1).",
  });
  expect(reported).toHaveLength(1);
});

test.each([
  ["POST", "/schedules/x", "{"],
  ["POST", "/schedules/x", "[]"],
  ["POST", "/schedules/x", ""],
  ["GET", "/schedules/%zz", ""],
  ["PATCH", "/schedules/x", ""],
  ["GET", "/", ""],
])("%s %s with the body '%s' is refused as a bad request", async (method, path, body) => {
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, ...(body === "" ? {} : { body }) });
  expect([response.status, response.headers.get("x-amzn-errortype")]).toEqual([400, "ValidationException"]);
  expect(await response.json()).toEqual({ Message: expect.any(String) });
});
