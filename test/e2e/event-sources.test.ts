import {
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingCommandInput,
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  ListTagsCommand,
  TagResourceCommand,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import { DEFAULT_QUEUE_ATTRIBUTES, type QueueAttributes } from "@sluice/core";
import { connectRedis, createRedisStores, type Stores } from "@sluice/store";
import { eventually } from "../support/eventually.ts";
import { Stack } from "../support/stack.ts";

/** Leaves a mark for every record; fails those that say so, as a whole or in part. */
const WORKER = `
const { kv } = require("sluice");
exports.handler = async ({ Records }, context) => {
  const batchItemFailures = [];
  for (const record of Records) {
    const text = record.body ?? Buffer.from(record.kinesis.data, "base64").toString();
    const { n, fail, ms = 0 } = JSON.parse(text);
    const id = record.messageId ?? record.kinesis.sequenceNumber;
    await new Promise((resolve) => setTimeout(resolve, ms));
    const first = (await kv.get("tried/" + context.functionName + "/" + n)) == null;
    await kv.put("tried/" + context.functionName + "/" + n, "1");
    if (fail && first) batchItemFailures.push({ itemIdentifier: id });
    else await kv.put("done/" + context.functionName + "/" + n + "/" + crypto.randomUUID(), id);
  }
  return { batchItemFailures };
};`;
const READER = `
const { kv } = require("sluice");
exports.handler = async ({ name }) => {
  const all = [];
  let cursor;
  do {
    const page = await kv.list({ prefix: "done/" + name + "/", cursor });
    all.push(...page.keys);
    cursor = page.cursor ?? undefined;
  } while (cursor);
  return all.map((key) => Number(key.split("/")[2]));
};`;
const queueArn = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const streamArn = (name: string): string => `arn:aws:kinesis:us-east-1:000000000000:stream/${name}`;
const tenant = "default";

let stack: Stack;
let stores: Stores;
let closeRedis: () => void;
let lambda: LambdaClient;
beforeAll(async () => {
  stack = await Stack.start({ workers: 2 });
  const redis = connectRedis(stack.redis.url, { name: "test", onError: () => undefined });
  closeRedis = () => redis.disconnect();
  stores = createRedisStores({ redis });
  const [accessKeyId = "", secretAccessKey = ""] = (await stack.token()).split(".");
  const credentials = { accessKeyId, secretAccessKey };
  lambda = new LambdaClient({ endpoint: stack.endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
  await stack.deploy("reader", READER, { timeoutMs: 30_000 });
  for (const name of ["orders", "clicks", "chaos"]) await stack.deploy(name, WORKER, { timeoutMs: 10_000 });
});
afterAll(async () => {
  lambda.destroy();
  await stores.stop();
  closeRedis();
  await stack.stop();
});

async function createQueue(name: string, change: Partial<QueueAttributes> = {}): Promise<void> {
  const attributes = { ...DEFAULT_QUEUE_ATTRIBUTES, ...change };
  await stores.messageQueues.create({ tenant, name, attributes, tags: {} });
}

async function send(name: string, bodies: readonly object[]): Promise<void> {
  const messages = bodies.map((body) => ({
    id: crypto.randomUUID(),
    body: JSON.stringify(body),
    attributes: {},
    senderId: "test",
  }));
  await stores.messageQueues.send({ tenant, name, messages });
}

async function map(input: CreateEventSourceMappingCommandInput): Promise<string> {
  const { UUID = "", State } = await lambda.send(new CreateEventSourceMappingCommand(input));
  expect(State).toBe("Creating");
  return UUID;
}

async function done(name: string): Promise<readonly number[]> {
  const client = await stack.client();
  const { result } = await client.invoke({ name: "reader", event: JSON.stringify({ name }) });
  return result as readonly number[];
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

test("messages reach a function; those that it reports come again, and are deleted at last", async () => {
  await createQueue("orders", { visibilityMs: 10_000 });
  const UUID = await map({
    EventSourceArn: queueArn("orders"),
    FunctionName: "orders",
    FunctionResponseTypes: ["ReportBatchItemFailures"],
  });
  await send(
    "orders",
    range(20).map((n) => ({ n, fail: n === 7 })),
  );
  const all = await eventually(
    () => done("orders"),
    ({ length }) => length >= 20,
    40_000,
  );
  expect([...all].sort((a, b) => a - b)).toEqual(range(20));
  await eventually(
    () => stores.messageQueues.depth({ tenant, name: "orders" }),
    ({ visible, inFlight }) => visible + inFlight === 0,
  );
  const seen = await lambda.send(new GetEventSourceMappingCommand({ UUID }));
  expect(seen).toMatchObject({ State: "Enabled", BatchSize: 10, LastProcessingResult: "OK" });
}, 60_000);

test("records of a stream reach a function in the order of their shard, again from where one failed", async () => {
  await stores.recordStreams.create({
    tenant,
    name: "clicks",
    shards: 2,
    onDemand: false,
    retentionMs: 86_400_000,
    tags: {},
  });
  await map({
    EventSourceArn: streamArn("clicks"),
    FunctionName: "clicks",
    StartingPosition: "TRIM_HORIZON",
    BatchSize: 5,
    FunctionResponseTypes: ["ReportBatchItemFailures"],
  });
  const records = range(20).map((n) => ({
    partitionKey: `k${n}`,
    data: Buffer.from(JSON.stringify({ n, fail: n === 7 })),
  }));
  await stores.recordStreams.put({ tenant, name: "clicks", records });
  const all = await eventually(
    () => done("clicks"),
    (numbers) => new Set(numbers).size >= 20,
  );
  expect(new Set(all)).toEqual(new Set(range(20)));
});

test("kill -9 of a worker amid its batches loses no message and no record", async () => {
  await createQueue("chaos", { visibilityMs: 10_000 });
  await stores.recordStreams.create({
    tenant,
    name: "chaos",
    shards: 2,
    onDemand: false,
    retentionMs: 86_400_000,
    tags: {},
  });
  const common = { FunctionName: "chaos", BatchSize: 5 };
  await map({ ...common, EventSourceArn: queueArn("chaos") });
  await map({ ...common, EventSourceArn: streamArn("chaos"), StartingPosition: "TRIM_HORIZON" });
  await send(
    "chaos",
    range(100).map((n) => ({ n, ms: 20 })),
  );
  const records = range(100).map((n) => ({
    partitionKey: `k${n}`,
    data: Buffer.from(JSON.stringify({ n: 100 + n, ms: 20 })),
  }));
  await stores.recordStreams.put({ tenant, name: "chaos", records });
  await eventually(
    () => done("chaos"),
    ({ length }) => length > 20,
  );
  await stack.workers[0]?.kill();
  const all = await eventually(
    () => done("chaos"),
    (numbers) => new Set(numbers).size >= 200,
    60_000,
  );
  expect(new Set(all)).toEqual(new Set(range(200)));
  await eventually(
    () => stores.messageQueues.depth({ tenant, name: "chaos" }),
    ({ visible, inFlight }) => visible + inFlight === 0,
    30_000,
  );
  await stack.workers[0]?.start();
}, 120_000);

test("a mapping is listed, tagged, changed and deleted", async () => {
  await createQueue("life", { visibilityMs: 60_000 });
  const EventSourceArn = queueArn("life");
  const UUID = await map({ EventSourceArn, FunctionName: "orders", Tags: { a: "1" }, Enabled: false });
  const { EventSourceMappings } = await lambda.send(new ListEventSourceMappingsCommand({ EventSourceArn }));
  expect(EventSourceMappings).toMatchObject([{ UUID, State: "Disabled", EventSourceArn }]);
  const Resource = EventSourceMappings?.[0]?.EventSourceMappingArn ?? "";
  await lambda.send(new TagResourceCommand({ Resource, Tags: { b: "2" } }));
  expect((await lambda.send(new ListTagsCommand({ Resource }))).Tags).toEqual({ a: "1", b: "2" });
  await send("life", [{ n: 1_000 }]);
  const updated = await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: true, BatchSize: 3 }));
  expect(updated).toMatchObject({ State: "Updating", BatchSize: 3 });
  await eventually(
    () => done("orders"),
    (numbers) => numbers.includes(1_000),
  );
  expect(await lambda.send(new DeleteEventSourceMappingCommand({ UUID }))).toMatchObject({ State: "Deleting" });
  await expect(lambda.send(new GetEventSourceMappingCommand({ UUID }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
});
