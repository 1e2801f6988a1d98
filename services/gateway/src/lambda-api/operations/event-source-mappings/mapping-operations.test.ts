import type { CreateEventSourceMappingCommandInput } from "@aws-sdk/client-lambda";
import { DEFAULT_FUNCTION_CONFIG, DEFAULT_QUEUE_ATTRIBUTES, type QueueAttributes } from "@sluice/core";
import { createMemoryStores, type Stores } from "@sluice/store";
import type { AuthoriseRequest } from "../../lambda-api.ts";
import type { LambdaError } from "../../lambda-error.ts";
import type { AnyCall, LambdaOperation } from "../../operation.ts";
import type { OperationDeps } from "../deps.ts";
import { tagOperations } from "../tags.ts";
import { eventSourceMappingOperations } from "./mapping-operations.ts";

const PLACE = { region: "us-east-1", accountId: "000000000000" };
const NOW = 1_800_000_000_000;
const QUEUE = "arn:aws:sqs:us-east-1:000000000000:orders";
const STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/clicks";
const LATEST = { EventSourceArn: STREAM, StartingPosition: "LATEST" } as const;

let stores: Stores;
let operations: Map<string, LambdaOperation>;
let ids = 0;
/** Permissions that were asked for. */
const asked: string[] = [];

beforeEach(async () => {
  stores = createMemoryStores({ now: () => NOW });
  ids = 0;
  asked.length = 0;
  const deps = {
    ...stores,
    place: PLACE,
    authorise: async ({ action, resourceArn }: AuthoriseRequest) => {
      asked.push(`${action} ${resourceArn}`);
    },
    now: () => NOW,
    newId: () => `00000000-0000-4000-8000-${String((ids += 1)).padStart(12, "0")}`,
  } as unknown as OperationDeps;
  const all = [...eventSourceMappingOperations(deps), ...tagOperations(deps)];
  operations = new Map(all.map((operation) => [operation.name, operation]));
  await makeFunction("work", 30_000);
  await makeQueue("orders");
  await makeQueue("orders.fifo", { fifo: true });
  await stores.recordStreams.create({
    tenant: "acme",
    name: "clicks",
    shards: 2,
    onDemand: false,
    retentionMs: 1e8,
    tags: {},
  });
});
afterEach(() => stores.stop());

async function makeQueue(name: string, change: Partial<QueueAttributes> = {}): Promise<void> {
  const attributes = { ...DEFAULT_QUEUE_ATTRIBUTES, ...change };
  await stores.messageQueues.create({ tenant: "acme", name, attributes, tags: {} });
}

async function makeFunction(name: string, timeoutMs: number): Promise<void> {
  const content = { codeDigest: "a".repeat(64), codeBytes: 1, sourceMapDigest: null, upload: null };
  const config = { ...DEFAULT_FUNCTION_CONFIG, timeoutMs };
  await stores.registry.change({ tenant: "acme", name }, () => ({
    now: NOW,
    latest: { ...content, config, revisionId: name, createdAt: NOW },
  }));
}

test("whoever makes a mapping must be allowed to read its source, call its function and write where failures go", async () => {
  const arn = (rest: string): string => `arn:aws:${rest}`;
  const at = `${PLACE.region}:${PLACE.accountId}`;
  await create({
    EventSourceArn: arn(`kinesis:${at}:stream/clicks`),
    StartingPosition: "LATEST",
    DestinationConfig: { OnFailure: { Destination: arn(`sqs:${at}:orders`) } },
  });
  expect(asked).toEqual([
    `kinesis:GetRecords ${arn(`kinesis:${at}:stream/clicks`)}`,
    `lambda:CreateEventSourceMapping ${arn(`lambda:${at}:function:work`)}`,
    `sqs:SendMessage ${arn(`sqs:${at}:orders`)}`,
  ]);
});

async function call(name: string, input: object, tenant = "acme"): Promise<Readonly<Record<string, unknown>>> {
  return (await operations.get(name)?.run({ input, caller: { tenant } } as unknown as AnyCall)) ?? {};
}

function create(input: Partial<CreateEventSourceMappingCommandInput> = {}) {
  return call("CreateEventSourceMapping", { EventSourceArn: QUEUE, FunctionName: "work", ...input });
}

test("a queue's mapping is shown as AWS shows it", async () => {
  const ScalingConfig = { MaximumConcurrency: 5 };
  const Filters = [{ Pattern: '{"body":{"a":[1]}}' }];
  const made = await create({
    ScalingConfig,
    FilterCriteria: { Filters },
    FunctionResponseTypes: ["ReportBatchItemFailures"],
  });
  const shown = {
    UUID: "00000000-0000-4000-8000-000000000001",
    EventSourceMappingArn:
      "arn:aws:lambda:us-east-1:000000000000:event-source-mapping:00000000-0000-4000-8000-000000000001",
    EventSourceArn: QUEUE,
    FunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:work",
    BatchSize: 10,
    MaximumBatchingWindowInSeconds: 0,
    FunctionResponseTypes: ["ReportBatchItemFailures"],
    FilterCriteria: { Filters },
    ScalingConfig,
    LastModified: new Date(NOW),
    StateTransitionReason: "USER_INITIATED",
  };
  expect(made).toEqual({ ...shown, State: "Creating" });
  expect(await call("GetEventSourceMapping", { UUID: shown.UUID })).toEqual({ ...shown, State: "Enabled" });
});

test("a stream's mapping has AWS's defaults, and begins where the shards end", async () => {
  const made = await create(LATEST);
  expect(made).toMatchObject({
    BatchSize: 100,
    StartingPosition: "LATEST",
    ParallelizationFactor: 1,
    BisectBatchOnFunctionError: false,
    MaximumRetryAttempts: -1,
    MaximumRecordAgeInSeconds: -1,
    TumblingWindowInSeconds: 0,
    DestinationConfig: { OnFailure: {} },
    LastProcessingResult: "No records processed",
  });
  const stored = await stores.documents.get("event-source-mapping", "acme", String(made["UUID"]));
  expect(stored).toMatchObject({
    source: { start: { kind: "newest", heads: [expect.any(String), expect.any(String)] } },
  });
});

test.each([
  ["no source", { EventSourceArn: undefined }, "Unrecognized event source."],
  [
    "a table",
    { EventSourceArn: "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/x" },
    /by queues \(SQS\) and streams/,
  ],
  ["Kafka", { SelfManagedEventSource: {} }, /not by Kafka/],
  [
    "no such queue",
    { EventSourceArn: `${QUEUE}2` },
    /^Error occurred while ReceiveMessage\. SQS Error Code: AWS\.SimpleQueueService\.NonExistentQueue\./,
  ],
  ["another account's queue", { EventSourceArn: QUEUE.replace("000000000000", "000000000001") }, /NonExistentQueue/],
  ["no such stream", { ...LATEST, EventSourceArn: `${STREAM}2` }, `Stream not found: ${STREAM}2`],
  ["a consumer", { ...LATEST, EventSourceArn: `${STREAM}/consumer/c:1` }, /Consumers/],
  ["no such function", { FunctionName: "nobody" }, "Function does not exist"],
  [
    "a large batch without a window",
    { BatchSize: 11 },
    "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
  ],
  ["a large FIFO batch", { EventSourceArn: `${QUEUE}.fifo`, BatchSize: 11, MaximumBatchingWindowInSeconds: 1 }, /FIFO/],
  ["a FIFO window", { EventSourceArn: `${QUEUE}.fifo`, MaximumBatchingWindowInSeconds: 1 }, /FIFO/],
  [
    "a starting position of a queue",
    { StartingPosition: "LATEST" },
    "Unsupported StartingPosition parameter for given event source mapping type.",
  ],
  [
    "a stream's parameter",
    { BisectBatchOnFunctionError: true },
    "Unsupported BisectBatchOnFunctionError parameter for given event source mapping type.",
  ],
  [
    "a destination of a queue",
    { DestinationConfig: { OnFailure: { Destination: QUEUE } } },
    /Unsupported DestinationConfig/,
  ],
  ["a queue's parameter", { ...LATEST, ScalingConfig: { MaximumConcurrency: 2 } }, /Unsupported ScalingConfig/],
  ["a broken filter", { FilterCriteria: { Filters: [{ Pattern: "{" }] } }, /^Invalid filter pattern definition\./],
  [
    "too many filters",
    { FilterCriteria: { Filters: Array.from({ length: 11 }, () => ({ Pattern: '{"a":[1]}' })) } },
    /maximum number of filters/,
  ],
  ["no starting position", { EventSourceArn: STREAM }, /Value null at 'startingPosition'/],
  ["no timestamp", { ...LATEST, StartingPosition: "AT_TIMESTAMP" }, /StartingPositionTimestamp is required/],
  [
    "a timestamp to come",
    { ...LATEST, StartingPosition: "AT_TIMESTAMP", StartingPositionTimestamp: new Date(NOW + 1) },
    /future/,
  ],
  [
    "a timestamp for nothing",
    { ...LATEST, StartingPositionTimestamp: new Date(NOW) },
    /only be used with AT_TIMESTAMP/,
  ],
  ["a tumbling window", { ...LATEST, TumblingWindowInSeconds: 10 }, /Tumbling windows/],
  ["a short record age", { ...LATEST, MaximumRecordAgeInSeconds: 5 }, /MaximumRecordAgeInSeconds/],
  ["a destination of success", { ...LATEST, DestinationConfig: { OnSuccess: { Destination: QUEUE } } }, /OnSuccess/],
  ["provisioned pollers", { ProvisionedPollerConfig: { MinimumPollers: 1 } }, /not provisioned/],
  ["a key of KMS", { KMSKeyArn: "arn:aws:kms:us-east-1:000000000000:key/k" }, /KMSKeyArn/],
  ["reserved tags", { Tags: { "aws:x": "y" } }, /reserved/],
])("%s is refused", async (_what, input, message) => {
  const error = (await create(input as Partial<CreateEventSourceMappingCommandInput>).catch(
    (thrown: unknown) => thrown,
  )) as LambdaError;
  expect(error.type).toBe("InvalidParameterValueException");
  expect(error.message).toMatch(message);
  expect(await call("ListEventSourceMappings", {})).toEqual({ EventSourceMappings: [] });
});

test("a queue whose messages come back while the function may still run is refused", async () => {
  await makeFunction("slow", 60_000);
  await expect(create({ FunctionName: "slow" })).rejects.toMatchObject({
    message: "Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds",
  });
});

test("the same source and function have one mapping, also when two are made at once", async () => {
  await create();
  await expect(create()).rejects.toMatchObject({
    type: "ResourceConflictException",
    message:
      `An event source mapping with SQS arn (" ${QUEUE} ") and function (" work ") already exists. ` +
      "Please update or delete the existing mapping with UUID 00000000-0000-4000-8000-000000000001",
  });
  await Promise.allSettled(Array.from({ length: 5 }, () => create(LATEST)));
  const { EventSourceMappings } = await call("ListEventSourceMappings", { EventSourceArn: STREAM });
  expect((EventSourceMappings as unknown[]).length).toBeLessThanOrEqual(1);
});

test("lists go by function and by source, in pages", async () => {
  await makeFunction("other", 3_000);
  const mine = await create();
  await create({ FunctionName: "other" });
  const streams = await create(LATEST);
  const list = async (input: object): Promise<unknown[]> =>
    ((await call("ListEventSourceMappings", input))["EventSourceMappings"] as { UUID: string }[]).map(
      ({ UUID }) => UUID,
    );
  expect(await list({ FunctionName: "work" })).toEqual([mine["UUID"], streams["UUID"]]);
  expect(await list({ FunctionName: "work", EventSourceArn: QUEUE })).toEqual([mine["UUID"]]);
  const first = await call("ListEventSourceMappings", { MaxItems: 2 });
  expect(await list({ MaxItems: 2, Marker: first["NextMarker"] })).toEqual([streams["UUID"]]);
  expect(await call("ListEventSourceMappings", {}, "stranger")).toEqual({ EventSourceMappings: [] });
});

test("a change keeps what it does not name, and is checked as a whole", async () => {
  const { UUID } = await create({ BatchSize: 5 });
  const update = (input: object) => call("UpdateEventSourceMapping", { UUID, ...input });
  await expect(update({ BatchSize: 50 })).rejects.toMatchObject({ message: expect.stringMatching(/batch window/) });
  expect(await update({ MaximumBatchingWindowInSeconds: 5, BatchSize: 50 })).toMatchObject({ State: "Updating" });
  expect(await update({ Enabled: false })).toMatchObject({ BatchSize: 50, MaximumBatchingWindowInSeconds: 5 });
  expect(await call("GetEventSourceMapping", { UUID })).toMatchObject({ State: "Disabled" });
  await expect(update({ FunctionName: "nobody" })).rejects.toMatchObject({ message: "Function does not exist" });
});

test("what is not there, or another tenant's, is not found", async () => {
  const { UUID } = await create();
  for (const name of ["GetEventSourceMapping", "UpdateEventSourceMapping", "DeleteEventSourceMapping"]) {
    await expect(call(name, { UUID }, "stranger")).rejects.toMatchObject({ type: "ResourceNotFoundException" });
  }
  await call("DeleteEventSourceMapping", { UUID });
  await expect(call("GetEventSourceMapping", { UUID })).rejects.toMatchObject({
    message: "The resource you requested does not exist.",
  });
});

test("mappings carry tags", async () => {
  const { EventSourceMappingArn: Resource } = await create({ Tags: { a: "1" } });
  await call("TagResource", { Resource, Tags: { b: "2" } });
  await call("UntagResource", { Resource, TagKeys: ["a"] });
  expect(await call("ListTags", { Resource })).toEqual({ Tags: { b: "2" } });
  await expect(call("ListTags", { Resource }, "stranger")).rejects.toMatchObject({ type: "ResourceNotFoundException" });
});
