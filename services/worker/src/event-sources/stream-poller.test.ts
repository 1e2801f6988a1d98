import { becomes, bodiesOf, SourceWorld } from "./testing/source-world.ts";

let world: SourceWorld;
beforeEach(() => (world = new SourceWorld()));
afterEach(() => world.stop());

const STREAM = { kind: "stream", name: "clicks" } as const;
const PARTIAL = { partialResponses: true } as const;

async function put(...data: readonly string[]): Promise<void> {
  for (const one of data) await world.put("clicks", ["k", one]);
}

/** The data of records that a call succeeded with. */
async function processed(count: number, withinMs?: number): Promise<readonly string[]> {
  return await becomes(
    () => world.facts.flatMap(doneOf),
    (done) => done.length >= count,
    withinMs,
  ).then(() => all());
}
function doneOf(fact: (typeof world.facts)[number]): readonly number[] {
  return fact.type === "batch" && fact.outcome !== "throttled"
    ? Array.from({ length: fact.records - fact.failed }, () => 1)
    : [];
}
function all(): readonly string[] {
  return world.calls.flatMap(bodiesOf);
}

function failing(data: string) {
  return ({ records }: { readonly records: readonly { readonly kinesis?: { readonly data: string } }[] }) =>
    records.some(({ kinesis }) => kinesis?.data === Buffer.from(data).toString("base64")) ? { error: "no" } : {};
}

test("records of a shard come in order, in batches as Lambda's event", async () => {
  await world.stream("clicks");
  await put("a", "b", "c");
  const mapping = await world.map(STREAM, { batchSize: 2 });
  await world.worker();
  expect(await processed(3)).toEqual(["a", "b", "c"]);
  expect(world.calls.map(({ records }) => records.length)).toEqual([2, 1]);
  const sequenceNumber = world.calls[0]?.records[0]?.kinesis?.sequenceNumber ?? "";
  expect(world.calls[0]?.records[0]).toEqual({
    kinesis: {
      kinesisSchemaVersion: "1.0",
      partitionKey: "k",
      sequenceNumber: expect.stringMatching(/^\d{34}$/),
      data: "YQ==",
      approximateArrivalTimestamp: expect.any(Number),
    },
    eventSource: "aws:kinesis",
    eventVersion: "1.0",
    eventID: `shardId-000000000000:${sequenceNumber}`,
    eventName: "aws:kinesis:record",
    invokeIdentityArn: "arn:aws:iam::000000000000:role/work",
    awsRegion: "us-east-1",
    eventSourceARN: "arn:aws:kinesis:us-east-1:000000000000:stream/clicks",
  });
  expect(world.facts).toMatchObject([{ type: "batch", source: "stream", iteratorAgeMs: expect.any(Number) }, {}]);
  expect(
    await becomes(
      () => world.result(mapping),
      (result) => result === "OK",
    ),
  ).toBe("OK");
});

test("another worker goes on where the last one was", async () => {
  await world.stream("clicks");
  await put("a");
  await world.map(STREAM);
  const first = await world.worker();
  await processed(1);
  await first.drain(performance.now() + 5_000);
  await put("b");
  await world.worker();
  expect(await processed(2)).toEqual(["a", "b"]);
});

test("a mapping of what is new begins behind what was there when it was made", async () => {
  await world.stream("clicks");
  await put("old");
  const head = await world.stores.recordStreams.head({ tenant: "acme", name: "clicks", shard: 0 });
  await put("new");
  await world.map({ ...STREAM, start: { kind: "newest", heads: [head] } });
  await world.worker();
  expect(await processed(1)).toEqual(["new"]);
});

test("a failed batch is tried again in its place, and nothing overtakes it", async () => {
  await world.stream("clicks");
  await put("a", "b", "c");
  await world.map(STREAM, { batchSize: 2 });
  world.answer = () => (world.calls.length <= 2 ? { error: "no" } : {});
  await world.worker();
  expect(await processed(3)).toEqual(["a", "b", "a", "b", "a", "b", "c"]);
  expect(world.calls.map(({ attempt }) => attempt.attempt)).toEqual([1, 2, 3, 1]);
});

test("records are given up after the last retry, told to the destination by where they are, and the rest goes on", async () => {
  await world.stream("clicks");
  await put("bad", "good");
  const onFailure = "arn:aws:sqs:us-east-1:000000000000:failures";
  await world.map({ ...STREAM, retriesMax: 1, onFailure }, { batchSize: 1 });
  world.answer = failing("bad");
  await world.worker();
  expect(await processed(1)).toEqual(["bad", "bad", "good"]);
  expect(world.parcels).toHaveLength(1);
  const sequence = world.calls[0]?.records[0]?.kinesis?.sequenceNumber;
  expect(JSON.parse(world.parcels[0]?.body ?? "")).toEqual({
    requestContext: {
      requestId: world.calls[1]?.attempt.invocation.id,
      functionArn: "arn:aws:lambda:us-east-1:000000000000:function:work",
      condition: "RetryAttemptsExhausted",
      approximateInvokeCount: 2,
    },
    responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
    version: "1.0",
    timestamp: expect.stringMatching(/Z$/),
    KinesisBatchInfo: {
      shardId: "shardId-000000000000",
      startSequenceNumber: sequence,
      endSequenceNumber: sequence,
      approximateArrivalOfFirstRecord: expect.stringMatching(/Z$/),
      approximateArrivalOfLastRecord: expect.stringMatching(/Z$/),
      batchSize: 1,
      streamArn: "arn:aws:kinesis:us-east-1:000000000000:stream/clicks",
    },
  });
});

test("records that are too old are given up without being tried", async () => {
  await world.stream("clicks");
  await put("old");
  await new Promise((resolve) => setTimeout(resolve, 30));
  const onFailure = "arn:aws:sqs:us-east-1:000000000000:failures";
  await world.map({ ...STREAM, recordAgeMsMax: 10, onFailure });
  await world.worker();
  await becomes(
    () => world.parcels.length,
    (count) => count === 1,
  );
  const { requestContext } = JSON.parse(world.parcels[0]?.body ?? "{}") as { requestContext?: object };
  expect(requestContext).toMatchObject({ condition: "RecordAgeExceeded", approximateInvokeCount: 0 });
  expect(all()).toEqual([]);
});

test("halving finds the one bad record, which alone uses up retries", async () => {
  await world.stream("clicks");
  await put("a", "b", "bad", "d");
  const onFailure = "arn:aws:sqs:us-east-1:000000000000:failures";
  await world.map({ ...STREAM, bisect: true, retriesMax: 0, onFailure });
  world.answer = failing("bad");
  await world.worker();
  await processed(3);
  const batches = world.calls.map((call) => bodiesOf(call).join(""));
  expect(batches).toEqual(["abbadd", "ab", "badd", "bad", "d"]);
  expect(
    world.parcels.map(
      ({ body }) => (JSON.parse(body) as { KinesisBatchInfo: { batchSize: number } }).KinesisBatchInfo.batchSize,
    ),
  ).toEqual([1]);
});

test("a partial response goes on from the first record that failed", async () => {
  await world.stream("clicks");
  await put("a", "b", "c");
  await world.map(STREAM, PARTIAL);
  world.answer = ({ records }) => {
    if (world.calls.length > 1) return {};
    const failures = [records[2], records[1]].map((record) => ({ itemIdentifier: record?.kinesis?.sequenceNumber }));
    return { result: { batchItemFailures: failures } };
  };
  await world.worker();
  await processed(3);
  expect(world.calls.map((call) => bodiesOf(call).join(""))).toEqual(["abc", "bc"]);
  expect(world.facts).toMatchObject([
    { outcome: "partial", records: 3, failed: 2 },
    { outcome: "ok", records: 2 },
  ]);
});

test("filters look into the data, and what they hold back is passed over", async () => {
  await world.stream("clicks");
  await put('{"n":1}', "plain", '{"n":2}', '{"n":1,"last":true}');
  await world.map(STREAM, { filters: ['{"data":{"n":[1]}}'] });
  await world.worker();
  expect(await processed(2)).toEqual(['{"n":1}', '{"n":1,"last":true}']);
  expect(world.facts).toMatchObject([{ records: 2, filtered: 2 }]);
});

test("lanes of a shard run at once, each partition key in order", async () => {
  await world.stream("clicks");
  const keys = Array.from({ length: 12 }, (_, index) => `key-${index}`);
  for (let round = 0; round < 5; round++)
    await world.put("clicks", ...keys.map((key) => [key, `${key}:${round}`] as const));
  await world.map({ ...STREAM, lanes: 4 }, { batchSize: 5 });
  let [running, most] = [0, 0];
  world.answer = async () => {
    most = Math.max(most, (running += 1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    running -= 1;
    return {};
  };
  await world.worker();
  const data = await processed(60);
  expect(most).toBeGreaterThan(1);
  expect(data).toHaveLength(60);
  for (const key of keys) {
    expect(data.filter((one) => one.startsWith(`${key}:`))).toEqual([0, 1, 2, 3, 4].map((round) => `${key}:${round}`));
  }
});

test("another number of lanes loses no record", async () => {
  await world.stream("clicks");
  const mapping = await world.map({ ...STREAM, lanes: 3 });
  const keys = Array.from({ length: 9 }, (_, index) => `key-${index}`);
  await world.put("clicks", ...keys.map((key) => [key, `${key}:0`] as const));
  await world.worker();
  await processed(9);
  const { source } = mapping;
  if (source.kind !== "stream") throw new Error("not a stream");
  await world.change({ ...mapping, source: { ...source, lanes: 2 }, updatedAt: mapping.updatedAt + 1 });
  await world.put("clicks", ...keys.map((key) => [key, `${key}:1`] as const));
  await becomes(
    () => new Set(all()).size,
    (size) => size === 18,
  );
  expect(new Set(all()).size).toBe(18);
});

test("a throttled batch costs no retry", async () => {
  await world.stream("clicks");
  await put("a");
  await world.map({ ...STREAM, retriesMax: 0 });
  world.answer = () => (world.calls.length <= 3 ? { refused: "Capacity.FunctionLimit" } : {});
  await world.worker();
  expect(await processed(1)).toEqual(["a", "a", "a", "a"]);
});
