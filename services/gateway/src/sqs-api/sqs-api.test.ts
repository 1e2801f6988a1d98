import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  TagQueueCommand,
  UntagQueueCommand,
} from "@aws-sdk/client-sqs";
import { type AwsServer, clientOptions, startAwsServer } from "../aws-api/testing/aws-server.ts";

let aws: AwsServer;
let sqs: SQSClient;

beforeEach(async () => {
  aws = await startAwsServer();
  sqs = new SQSClient(clientOptions(aws));
});
afterEach(async () => {
  sqs.destroy();
  await aws.stop();
});

async function create(QueueName: string, Attributes: Record<string, string> = {}): Promise<string> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  return QueueUrl ?? "";
}

function arn(name: string): string {
  return `arn:aws:sqs:us-east-1:000000000000:${name}`;
}

describe("queues", () => {
  test("have addresses under the name by which the client reached the server", async () => {
    const url = await create("orders");
    expect(url).toBe(`${aws.endpoint}/000000000000/orders`);
    expect((await sqs.send(new GetQueueUrlCommand({ QueueName: "orders" }))).QueueUrl).toBe(url);
    await create("others");
    await create("archive");
    const page = await sqs.send(new ListQueuesCommand({ MaxResults: 2 }));
    expect(page.QueueUrls?.map((one) => one.split("/").pop())).toEqual(["archive", "orders"]);
    const rest = await sqs.send(new ListQueuesCommand({ MaxResults: 2, NextToken: page.NextToken }));
    expect(rest).toMatchObject({ QueueUrls: [`${aws.endpoint}/000000000000/others`] });
    expect(rest.NextToken).toBeUndefined();
    expect((await sqs.send(new ListQueuesCommand({ QueueNamePrefix: "x" }))).QueueUrls).toBeUndefined();
  });

  test("show the attributes that were given, the defaults, and what is in them", async () => {
    const QueueUrl = await create("orders", { VisibilityTimeout: "7", MaximumMessageSize: "2048" });
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "a" }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "b", DelaySeconds: 60 }));
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: "3", Policy: "{}" } }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
    expect(Attributes).toMatchObject({
      QueueArn: arn("orders"),
      VisibilityTimeout: "7",
      MaximumMessageSize: "2048",
      DelaySeconds: "3",
      MessageRetentionPeriod: "345600",
      ReceiveMessageWaitTimeSeconds: "0",
      Policy: "{}",
      ApproximateNumberOfMessages: "1",
      ApproximateNumberOfMessagesNotVisible: "0",
      ApproximateNumberOfMessagesDelayed: "1",
    });
    const some = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
    expect(some.Attributes).toEqual({ QueueArn: arn("orders") });
  });

  test("are created twice with the same attributes only", async () => {
    const url = await create("orders", { VisibilityTimeout: "7" });
    expect(await create("orders")).toBe(url);
    expect(await create("orders", { VisibilityTimeout: "7" })).toBe(url);
    await expect(create("orders", { VisibilityTimeout: "8" })).rejects.toMatchObject({ name: "QueueNameExists" });
  });

  test("carry tags", async () => {
    const { QueueUrl } = await sqs.send(
      new CreateQueueCommand({ QueueName: "orders", tags: { team: "a", cost: "1" } }),
    );
    await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { team: "b" } }));
    await sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: ["cost"] }));
    expect((await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags).toEqual({ team: "b" });
  });

  test("go when they are deleted, and belong to one tenant", async () => {
    const QueueUrl = await create("orders");
    const other = new SQSClient(clientOptions(aws, "other"));
    await expect(other.send(new ReceiveMessageCommand({ QueueUrl }))).rejects.toMatchObject({
      name: "QueueDoesNotExist",
    });
    expect((await other.send(new ListQueuesCommand({}))).QueueUrls).toBeUndefined();
    other.destroy();
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    const gone = sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }));
    await expect(gone).rejects.toMatchObject({ name: "QueueDoesNotExist", $metadata: { httpStatusCode: 400 } });
  });

  test("are purged once a minute", async () => {
    const QueueUrl = await create("orders");
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }));
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    expect((await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages).toBeUndefined();
    await expect(sqs.send(new PurgeQueueCommand({ QueueUrl }))).rejects.toMatchObject({ name: "PurgeQueueInProgress" });
  });

  test("have a dead-letter queue that exists, is of their kind and knows them", async () => {
    const dead = await create("dead");
    const policy = (target: string, maxReceiveCount: unknown = 1) =>
      JSON.stringify({ deadLetterTargetArn: arn(target), maxReceiveCount });
    const QueueUrl = await create("orders", { RedrivePolicy: policy("dead", "1"), VisibilityTimeout: "0" });
    const sources = await sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead }));
    expect(sources.queueUrls).toEqual([QueueUrl]);
    await create("dead.fifo", { FifoQueue: "true" });
    for (const wrong of [policy("none"), policy("dead.fifo"), policy("dead", 0), policy("dead", 1001), "{", "[]"]) {
      const set = sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy: wrong } }));
      await expect(set).rejects.toMatchObject({ name: expect.stringMatching("InvalidParameterValue") });
    }
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "bad" }));
    await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: dead, MessageSystemAttributeNames: ["DeadLetterQueueSourceArn"] }),
    );
    expect(Messages).toMatchObject([{ Body: "bad", Attributes: { DeadLetterQueueSourceArn: arn("orders") } }]);
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy: "" } }));
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["RedrivePolicy"] }),
    );
    expect(Attributes).toBeUndefined();
  });

  test.each([
    [{ VisibilityTimeout: "43201" }, "InvalidAttributeValue"],
    [{ DelaySeconds: "-1" }, "InvalidAttributeValue"],
    [{ MessageRetentionPeriod: "59" }, "InvalidAttributeValue"],
    [{ MaximumMessageSize: "1048577" }, "InvalidAttributeValue"],
    [{ ReceiveMessageWaitTimeSeconds: "1.5" }, "InvalidAttributeValue"],
    [{ ContentBasedDeduplication: "true" }, "InvalidAttributeName"],
    [{ FifoQueue: "false" }, "InvalidAttributeName"],
    [{ Nonsense: "1" }, "InvalidAttributeName"],
  ])("refuse %j", async (Attributes: Record<string, string>, name) => {
    await expect(create("orders", Attributes)).rejects.toMatchObject({ name });
  });

  test("refuse names that are none", async () => {
    for (const name of ["a b", "a".repeat(81), "a.b", "a/b", ".fifo", "a.fifo"]) {
      await expect(create(name)).rejects.toMatchObject({ name: expect.stringMatching("InvalidParameterValue") });
    }
  });
});
