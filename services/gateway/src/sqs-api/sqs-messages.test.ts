import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
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

describe("messages", () => {
  test("come back with the attributes that were asked for, under digests that the client checks", async () => {
    const QueueUrl = await create("orders");
    const sent = await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: "héllo <&> \u{1f600}",
        MessageAttributes: {
          "app.count": { DataType: "Number.int", StringValue: "42" },
          "app.name": { DataType: "String", StringValue: "é" },
          raw: { DataType: "Binary", BinaryValue: new Uint8Array([0, 1, 255]) },
        },
        MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: "Root=1-2-3" } },
      }),
    );
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MessageSystemAttributeNames: ["All"],
        MessageAttributeNames: ["app.*", "raw"],
      }),
    );
    expect(Messages).toMatchObject([
      {
        MessageId: sent.MessageId,
        Body: "héllo <&> \u{1f600}",
        MD5OfBody: sent.MD5OfMessageBody,
        MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
        Attributes: {
          ApproximateReceiveCount: "1",
          SenderId: "000000000000",
          SentTimestamp: expect.stringMatching(/^[0-9]{13}$/),
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^[0-9]{13}$/),
          AWSTraceHeader: "Root=1-2-3",
        },
        MessageAttributes: {
          "app.count": { DataType: "Number.int", StringValue: "42" },
          raw: { DataType: "Binary", BinaryValue: new Uint8Array([0, 1, 255]) },
        },
      },
    ]);
  });

  test("continue the chain of invocations that their sender belongs to", async () => {
    const QueueUrl = await create("orders");
    const root = "Root=1-67891233-abcdef012345678912345678;Lineage=0badcafe:3";
    sqs.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers["x-amzn-trace-id"] = root;
        return next(args);
      },
      { step: "build" },
    );
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }));
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ["AWSTraceHeader"] }),
    );
    expect(Messages?.[0]?.Attributes).toEqual({ AWSTraceHeader: root });
  });

  test("come bare when nothing was asked for", async () => {
    const QueueUrl = await create("orders");
    const MessageAttributes = { a: { DataType: "String", StringValue: "x" } };
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x", MessageAttributes }));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(Object.keys(Messages?.[0] ?? {}).sort()).toEqual(["Body", "MD5OfBody", "MessageId", "ReceiptHandle"]);
  });

  test("are sent, deleted and made visible in batches whose entries fail by themselves", async () => {
    const QueueUrl = await create("orders");
    const sent = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: "a", MessageBody: "1" },
          { Id: "bad", MessageBody: "\u0000" },
          { Id: "b", MessageBody: "2" },
        ],
      }),
    );
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(["a", "b"]);
    expect(sent.Failed).toMatchObject([{ Id: "bad", SenderFault: true, Code: "InvalidMessageContents" }]);
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    const handles = Messages.map(({ ReceiptHandle }) => ReceiptHandle);
    const changed = await sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl,
        Entries: [
          { Id: "a", ReceiptHandle: handles[0], VisibilityTimeout: 0 },
          { Id: "bad", ReceiptHandle: "x", VisibilityTimeout: 0 },
        ],
      }),
    );
    expect(changed).toMatchObject({
      Successful: [{ Id: "a" }],
      Failed: [{ Id: "bad", Code: "ReceiptHandleIsInvalid" }],
    });
    const deleted = await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: "b", ReceiptHandle: handles[1] },
          { Id: "bad", ReceiptHandle: "x" },
        ],
      }),
    );
    expect(deleted).toMatchObject({ Successful: [{ Id: "b" }], Failed: [{ Id: "bad" }] });
    const again = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    expect(again.Messages?.map(({ Body }) => Body)).toEqual(["1"]);
  });

  test("are refused when a batch is empty, too long, or names an entry twice or badly", async () => {
    const QueueUrl = await create("orders");
    const batch = (ids: readonly string[], MessageBody = "x") =>
      sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: ids.map((Id) => ({ Id, MessageBody })) }));
    await expect(batch([])).rejects.toMatchObject({ name: "EmptyBatchRequest" });
    await expect(batch(["a", "a"])).rejects.toMatchObject({ name: "BatchEntryIdsNotDistinct" });
    await expect(batch(["a b"])).rejects.toMatchObject({ name: "InvalidBatchEntryId" });
    const eleven = Array.from({ length: 11 }, (_, index) => `e${index}`);
    await expect(batch(eleven)).rejects.toMatchObject({ name: "TooManyEntriesInBatchRequest" });
    await expect(batch(["a", "b"], "x".repeat(600_000))).rejects.toMatchObject({ name: "BatchRequestTooLong" });
  });

  test.each([
    ["an empty body", { MessageBody: "" }],
    ["a body that is too large", { MessageBody: "x".repeat(1_025) }],
    ["an attribute without a value", { MessageAttributes: { a: { DataType: "String" } } }],
    ["an attribute of no known type", { MessageAttributes: { a: { DataType: "Text", StringValue: "x" } } }],
    ["a number that is none", { MessageAttributes: { a: { DataType: "Number", StringValue: "x" } } }],
    ["a name that is taken", { MessageAttributes: { "AWS.x": { DataType: "String", StringValue: "x" } } }],
    ["a delay that is too long", { DelaySeconds: 901 }],
    ["a deduplication id", { MessageDeduplicationId: "x" }],
    [
      "too many attributes",
      {
        MessageAttributes: Object.fromEntries(
          Array.from({ length: 11 }, (_, index) => [`a${index}`, { DataType: "String", StringValue: "x" }]),
        ),
      },
    ],
  ])("are refused with %s", async (_name, change) => {
    const QueueUrl = await create("orders", { MaximumMessageSize: "1024" });
    const sent = sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x", ...change }));
    await expect(sent).rejects.toMatchObject({ name: expect.stringMatching(/InvalidParameterValue|MissingParameter/) });
  });

  test("of a FIFO queue have a group, an order and duplicates", async () => {
    const QueueUrl = await create("orders.fifo", { FifoQueue: "true", ContentBasedDeduplication: "true" });
    const send = (MessageBody: string) =>
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: "g" }));
    const [first, second, same] = [await send("1"), await send("2"), await send("1")];
    expect(same).toMatchObject({ MessageId: first.MessageId, SequenceNumber: first.SequenceNumber });
    expect(BigInt(second.SequenceNumber ?? 0)).toBeGreaterThan(BigInt(first.SequenceNumber ?? 0));
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ["All"] }),
    );
    expect(Messages).toMatchObject([
      {
        Body: "1",
        Attributes: { MessageGroupId: "g", MessageDeduplicationId: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
      { Body: "2", Attributes: { SequenceNumber: second.SequenceNumber } },
    ]);
    await expect(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }))).rejects.toMatchObject({
      name: "MissingParameter",
    });
  });

  test("are deleted by their receipt; what is no receipt, or no longer one, says so", async () => {
    const QueueUrl = await create("orders");
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    const ReceiptHandle = Messages?.[0]?.ReceiptHandle;
    const change = (VisibilityTimeout: number) =>
      sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
    await change(60);
    aws.aheadMs += 30_000;
    await expect(change(43_200)).rejects.toMatchObject({ name: expect.stringMatching("InvalidParameterValue") });
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    await expect(change(60)).rejects.toMatchObject({ name: "MessageNotInflight" });
    const wrong = sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: "x" }));
    await expect(wrong).rejects.toMatchObject({ name: "ReceiptHandleIsInvalid" });
  });

  test("are waited for, and a client that leaves takes none with it", async () => {
    const QueueUrl = await create("orders");
    const waiting = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "1" }));
    expect((await waiting).Messages).toMatchObject([{ Body: "1" }]);

    const gone = new AbortController();
    const left = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), { abortSignal: gone.signal });
    // Its own short poll, behind the long one on the server.
    await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    gone.abort();
    await expect(left).rejects.toMatchObject({ name: "AbortError" });
    await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "2" }));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    expect(Messages).toMatchObject([{ Body: "2" }]);
  });

  test.each([
    { MaxNumberOfMessages: 11 },
    { MaxNumberOfMessages: 0 },
    { WaitTimeSeconds: 21 },
    { VisibilityTimeout: 43_201 },
  ])("are not received with %j", async (change) => {
    const QueueUrl = await create("orders");
    const received = sqs.send(new ReceiveMessageCommand({ QueueUrl, ...change }));
    await expect(received).rejects.toMatchObject({ name: expect.stringMatching("InvalidParameterValue") });
  });
});

describe("leave", () => {
  test("is asked for each queue, and its refusal is an answer", async () => {
    const QueueUrl = await create("orders");
    aws.asked.length = 0;
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: "a", MessageBody: "x" }] }));
    await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(aws.asked).toEqual([`sqs:SendMessage ${arn("orders")}`, `sqs:ReceiveMessage ${arn("orders")}`]);
    aws.denied.add("sqs:ReceiveMessage");
    await expect(sqs.send(new ReceiveMessageCommand({ QueueUrl }))).rejects.toMatchObject({
      name: "AccessDenied",
      $metadata: { httpStatusCode: 403 },
    });
    expect(aws.reported).toEqual([]);
  });
});
