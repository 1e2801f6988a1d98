import {
  AddTagsToStreamCommand,
  CreateStreamCommand,
  DecreaseStreamRetentionPeriodCommand,
  DeleteStreamCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  IncreaseStreamRetentionPeriodCommand,
  KinesisClient,
  ListShardsCommand,
  ListStreamsCommand,
  ListTagsForStreamCommand,
  PutRecordCommand,
  PutRecordsCommand,
  RemoveTagsFromStreamCommand,
} from "@aws-sdk/client-kinesis";
import { type AwsServer, clientOptions, startAwsServer } from "../aws-api/testing/aws-server.ts";

const StreamName = "clicks";
const SHARD = "shardId-000000000000";
const ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/clicks";

let aws: AwsServer;
let kinesis: KinesisClient;

beforeEach(async () => {
  aws = await startAwsServer();
  kinesis = new KinesisClient(clientOptions(aws));
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 2 }));
});
afterEach(async () => {
  kinesis.destroy();
  await aws.stop();
});

async function put(...texts: readonly string[]) {
  const Records = texts.map((text) => ({ Data: Buffer.from(text), PartitionKey: "a" }));
  return await kinesis.send(new PutRecordsCommand({ StreamName, Records }));
}

async function iterator(
  ShardIteratorType: GetShardIteratorCommandInput["ShardIteratorType"],
  change: Partial<GetShardIteratorCommandInput> = {},
) {
  const input = { StreamName, ShardId: SHARD, ShardIteratorType, ...change };
  return (await kinesis.send(new GetShardIteratorCommand(input))).ShardIterator;
}

async function read(ShardIterator: string | undefined, Limit?: number) {
  const page = await kinesis.send(new GetRecordsCommand({ ShardIterator, Limit }));
  return { ...page, texts: page.Records?.map(({ Data }) => Buffer.from(Data ?? []).toString()) };
}

describe("streams", () => {
  test("are described with shards that divide the hash space", async () => {
    const { StreamDescription } = await kinesis.send(new DescribeStreamCommand({ StreamName }));
    expect(StreamDescription).toMatchObject({
      StreamName,
      StreamARN: ARN,
      StreamStatus: "ACTIVE",
      RetentionPeriodHours: 24,
      HasMoreShards: false,
      Shards: [
        { ShardId: SHARD, HashKeyRange: { StartingHashKey: "0", EndingHashKey: String(2n ** 127n - 1n) } },
        { HashKeyRange: { StartingHashKey: String(2n ** 127n), EndingHashKey: String(2n ** 128n - 1n) } },
      ],
    });
    const age = Date.now() - (StreamDescription?.StreamCreationTimestamp?.getTime() ?? 0);
    expect(Math.abs(age)).toBeLessThan(60_000);
    const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamARN: ARN }));
    expect(StreamDescriptionSummary).toMatchObject({ OpenShardCount: 2, ConsumerCount: 0 });
  });

  test("are listed, page by page, as are shards", async () => {
    await kinesis.send(
      new CreateStreamCommand({
        StreamName: "archive",
        StreamModeDetails: { StreamMode: "ON_DEMAND" },
        Tags: { a: "1" },
      }),
    );
    const first = await kinesis.send(new ListStreamsCommand({ Limit: 1 }));
    expect(first).toMatchObject({
      StreamNames: ["archive"],
      HasMoreStreams: true,
      StreamSummaries: [{ StreamModeDetails: { StreamMode: "ON_DEMAND" } }],
    });
    const rest = await kinesis.send(new ListStreamsCommand({ Limit: 1, NextToken: first.NextToken }));
    expect(rest).toMatchObject({ StreamNames: [StreamName], HasMoreStreams: false });
    const shards = await kinesis.send(new ListShardsCommand({ StreamName, MaxResults: 1 }));
    expect(shards.Shards).toMatchObject([{ ShardId: SHARD }]);
    const more = await kinesis.send(new ListShardsCommand({ NextToken: shards.NextToken }));
    expect(more.Shards).toMatchObject([{ ShardId: "shardId-000000000001" }]);
    expect(more.NextToken).toBeUndefined();
  });

  test("have tags and a retention of one day to a year", async () => {
    await kinesis.send(new AddTagsToStreamCommand({ StreamName, Tags: { team: "a", cost: "1" } }));
    await kinesis.send(new RemoveTagsFromStreamCommand({ StreamName, TagKeys: ["cost"] }));
    const { Tags } = await kinesis.send(new ListTagsForStreamCommand({ StreamName }));
    expect(Tags).toEqual([{ Key: "team", Value: "a" }]);
    await kinesis.send(new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 48 }));
    const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
    expect(StreamDescriptionSummary?.RetentionPeriodHours).toBe(48);
    for (const wrong of [
      new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 24 }),
      new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 8_761 }),
    ]) {
      await expect(kinesis.send(wrong)).rejects.toMatchObject({ name: "InvalidArgumentException" });
    }
    const less = new DecreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 23 });
    await expect(kinesis.send(less)).rejects.toMatchObject({ name: "InvalidArgumentException" });
  });

  test("exist once, for one tenant, until they are deleted", async () => {
    const again = kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
    await expect(again).rejects.toMatchObject({ name: "ResourceInUseException" });
    const other = new KinesisClient(clientOptions(aws, "other"));
    const theirs = other.send(new DescribeStreamSummaryCommand({ StreamName }));
    await expect(theirs).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    other.destroy();
    await kinesis.send(new DeleteStreamCommand({ StreamName }));
    await expect(put("x")).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      $metadata: { httpStatusCode: 400 },
    });
    await expect(kinesis.send(new CreateStreamCommand({ StreamName: "a b", ShardCount: 1 }))).rejects.toMatchObject({
      name: "ValidationException",
    });
    await expect(kinesis.send(new CreateStreamCommand({ StreamName: "ab" }))).rejects.toMatchObject({
      name: "ValidationException",
    });
  });
});

describe("records", () => {
  test("go to the shard of their key or of the hash that is named", async () => {
    const { Records, FailedRecordCount } = await put("1", "2");
    expect(FailedRecordCount).toBe(0);
    expect(Records?.map(({ ShardId }) => ShardId)).toEqual([SHARD, SHARD]);
    const last = { PartitionKey: "a", ExplicitHashKey: String(2n ** 128n - 1n), Data: Buffer.from("x") };
    expect((await kinesis.send(new PutRecordCommand({ StreamName, ...last }))).ShardId).toBe("shardId-000000000001");
    const wrong = new PutRecordCommand({ StreamName, ...last, ExplicitHashKey: String(2n ** 128n) });
    await expect(kinesis.send(wrong)).rejects.toMatchObject({ name: "InvalidArgumentException" });
  });

  test("are read from every kind of place", async () => {
    const { Records = [] } = await put("1", "2", "3");
    const StartingSequenceNumber = Records[1]?.SequenceNumber;
    expect((await read(await iterator("TRIM_HORIZON"))).texts).toEqual(["1", "2", "3"]);
    expect((await read(await iterator("AT_SEQUENCE_NUMBER", { StartingSequenceNumber }))).texts).toEqual(["2", "3"]);
    expect((await read(await iterator("AFTER_SEQUENCE_NUMBER", { StartingSequenceNumber }))).texts).toEqual(["3"]);
    expect((await read(await iterator("AT_TIMESTAMP", { Timestamp: new Date(0) }))).texts).toHaveLength(3);
    expect((await read(await iterator("AT_TIMESTAMP", { Timestamp: new Date(Date.now() + 60_000) }))).texts).toEqual(
      [],
    );
    const latest = await iterator("LATEST");
    await put("4");
    const page = await read(latest);
    expect(page).toMatchObject({ texts: ["4"], MillisBehindLatest: 0 });
    expect(page.Records).toMatchObject([{ PartitionKey: "a", SequenceNumber: expect.any(String) }]);
  });

  test("are read on and on, and a page says how far behind it is", async () => {
    await put("1", "2", "3");
    const first = await read(await iterator("TRIM_HORIZON"), 2);
    expect(first.texts).toEqual(["1", "2"]);
    expect(first.MillisBehindLatest).toBeGreaterThan(0);
    const second = await read(first.NextShardIterator, 2);
    expect(second.texts).toEqual(["3"]);
    const third = await read(second.NextShardIterator);
    expect(third).toMatchObject({ texts: [], MillisBehindLatest: 0 });
    await put("4");
    expect((await read(third.NextShardIterator)).texts).toEqual(["4"]);
  });

  test("are refused when they are too large, too many or nowhere", async () => {
    const large = Buffer.alloc(1024 * 1024);
    const one = kinesis.send(new PutRecordCommand({ StreamName, PartitionKey: "a", Data: large }));
    await expect(one).rejects.toMatchObject({ name: "ValidationException" });
    const Records = Array.from({ length: 6 }, () => ({ PartitionKey: "a", Data: large.subarray(10) }));
    const many = kinesis.send(new PutRecordsCommand({ StreamName, Records }));
    await expect(many).rejects.toMatchObject({ name: "InvalidArgumentException" });
    await expect(put(...Array.from({ length: 501 }, () => "x"))).rejects.toMatchObject({ name: "ValidationException" });
    await expect(put()).rejects.toMatchObject({ name: "ValidationException" });
    const noShard = iterator("LATEST", { ShardId: "shardId-000000000002" });
    await expect(noShard).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });
});

describe("an iterator", () => {
  test("ends after five minutes", async () => {
    const old = await iterator("TRIM_HORIZON");
    aws.aheadMs += 300_001;
    await expect(read(old)).rejects.toMatchObject({ name: "ExpiredIteratorException" });
  });

  test("is of one stream, not of the next one of its name, and of no other shape", async () => {
    const of = await iterator("TRIM_HORIZON");
    await kinesis.send(new DeleteStreamCommand({ StreamName }));
    await expect(read(of)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
    await expect(read(of)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    for (const text of ["x", "a|b|c|d|e|f", "clicks|id|0|after|7|0", "a/b|id|0|start||9999999999999"]) {
      const nonsense = read(Buffer.from(text).toString("base64"));
      await expect(nonsense).rejects.toMatchObject({ name: "InvalidArgumentException" });
    }
    expect(aws.reported).toEqual([]);
  });

  test("needs a number of its own shard, and leave", async () => {
    const wrong = iterator("AT_SEQUENCE_NUMBER", { StartingSequenceNumber: "7" });
    await expect(wrong).rejects.toMatchObject({ name: "InvalidArgumentException" });
    await expect(iterator("AT_TIMESTAMP")).rejects.toMatchObject({ name: "InvalidArgumentException" });
    const of = await iterator("TRIM_HORIZON");
    aws.asked.length = 0;
    aws.denied.add("kinesis:GetRecords");
    await expect(read(of)).rejects.toMatchObject({ name: "AccessDeniedException" });
    expect(aws.asked).toEqual([`kinesis:GetRecords ${ARN}`]);
  });
});

test("what is no operation, and what is no JSON, is answered by name", async () => {
  const call = async (target: string, body: string) => {
    const response = await fetch(aws.endpoint, { method: "POST", body, headers: { "x-amz-target": target } });
    expect(response.headers.get("content-type")).toBe("application/x-amz-json-1.1");
    return [response.status, ((await response.json()) as { __type: string }).__type];
  };
  expect(await call("Kinesis_20131202.SplitShard", "{}")).toEqual([400, "UnknownOperationException"]);
  expect(await call("Kinesis_20131202.ListStreams", "{")).toEqual([400, "SerializationException"]);
  expect(await call("Kinesis_20131202.PutRecord", '{"Data":"%","PartitionKey":"a"}')).toEqual([
    400,
    "ValidationException",
  ]);
});
