import { type AwsServer, startAwsServer } from "../aws-api/testing/aws-server.ts";

let aws: AwsServer;

beforeEach(async () => {
  aws = await startAwsServer();
});
afterEach(() => aws.stop());

async function post(parameters: Readonly<Record<string, string>>, path = "/") {
  const body = new URLSearchParams({ Version: "2012-11-05", ...parameters });
  const response = await fetch(`${aws.endpoint}${path}`, { method: "POST", body });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const ORDERS = "/000000000000/orders";
const PREFIX = '<?xml version="1.0"?>';
const NAMESPACE = 'xmlns="http://queue.amazonaws.com/doc/2012-11-05/"';

function texts(xml: string, element: string): string[] {
  return [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, "g"))].map((match) => match[1] ?? "");
}

describe("the query protocol", () => {
  test("creates a queue with attributes and tags, and answers in XML", async () => {
    const created = await post({
      Action: "CreateQueue",
      QueueName: "orders",
      "Attribute.1.Name": "VisibilityTimeout",
      "Attribute.1.Value": "7",
      "Tag.1.Key": "team",
      "Tag.1.Value": "a",
    });
    expect(created.headers.get("content-type")).toBe("text/xml");
    const [id = ""] = texts(created.text, "RequestId");
    expect(created.text).toBe(
      `${PREFIX}<CreateQueueResponse ${NAMESPACE}><CreateQueueResult><QueueUrl>${aws.endpoint}${ORDERS}</QueueUrl></CreateQueueResult>` +
        `<ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata></CreateQueueResponse>`,
    );
    const attributes = await post({ Action: "GetQueueAttributes", "AttributeName.1": "VisibilityTimeout" }, ORDERS);
    expect(attributes.text).toContain("<Attribute><Name>VisibilityTimeout</Name><Value>7</Value></Attribute>");
    const tags = await post({ Action: "ListQueueTags" }, ORDERS);
    expect(tags.text).toContain(
      "<ListQueueTagsResult><Tag><Key>team</Key><Value>a</Value></Tag></ListQueueTagsResult>",
    );
    expect(texts((await post({ Action: "ListQueues" })).text, "QueueUrl")).toEqual([`${aws.endpoint}${ORDERS}`]);
  });

  test("sends, receives, changes and deletes, in batches as well", async () => {
    await post({ Action: "CreateQueue", QueueName: "orders" });
    const sent = await post(
      {
        Action: "SendMessageBatch",
        "SendMessageBatchRequestEntry.1.Id": "a",
        "SendMessageBatchRequestEntry.1.MessageBody": "<1 & \r\n>",
        "SendMessageBatchRequestEntry.1.MessageAttribute.1.Name": "n",
        "SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.DataType": "Number",
        "SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringValue": "1",
        "SendMessageBatchRequestEntry.2.Id": "b",
        "SendMessageBatchRequestEntry.2.MessageBody": "2",
        "SendMessageBatchRequestEntry.2.DelaySeconds": "901",
      },
      ORDERS,
    );
    expect(sent.text).toMatch(/<SendMessageBatchResultEntry><Id>a<\/Id><MessageId>[^<]+<\/MessageId>/);
    expect(sent.text).toContain(
      "<BatchResultErrorEntry><Id>b</Id><SenderFault>true</SenderFault><Code>InvalidParameterValue</Code>",
    );
    const received = await post(
      { Action: "ReceiveMessage", "AttributeName.1": "ApproximateReceiveCount", "MessageAttributeName.1": "All" },
      ORDERS,
    );
    expect(received.text).toContain("<Body>&lt;1 &amp; &#13;\n&gt;</Body>");
    expect(received.text).toContain("<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>");
    expect(received.text).toContain(
      "<MessageAttribute><Name>n</Name><Value><StringValue>1</StringValue><DataType>Number</DataType></Value></MessageAttribute>",
    );
    const [ReceiptHandle = ""] = texts(received.text, "ReceiptHandle");
    const changed = await post({ Action: "ChangeMessageVisibility", ReceiptHandle, VisibilityTimeout: "60" }, ORDERS);
    expect(changed.text).toMatch(/^<\?xml version="1.0"\?><ChangeMessageVisibilityResponse [^>]*><ResponseMetadata>/);
    const deleted = await post(
      {
        Action: "DeleteMessageBatch",
        "DeleteMessageBatchRequestEntry.1.Id": "a",
        "DeleteMessageBatchRequestEntry.1.ReceiptHandle": ReceiptHandle,
      },
      ORDERS,
    );
    expect(deleted.text).toContain("<DeleteMessageBatchResultEntry><Id>a</Id></DeleteMessageBatchResultEntry>");
  });

  test("keeps a list in the order of its numbers", async () => {
    await post({ Action: "CreateQueue", QueueName: "orders" });
    const entries = [10, 9, 2, 1].flatMap((at) => [
      [`SendMessageBatchRequestEntry.${at}.Id`, `e${at}`],
      [`SendMessageBatchRequestEntry.${at}.MessageBody`, String(at)],
    ]);
    const sent = await post(
      { Action: "SendMessageBatch", ...(Object.fromEntries(entries) as Record<string, string>) },
      ORDERS,
    );
    expect(texts(sent.text, "Id")).toEqual(["e1", "e2", "e9", "e10"]);
  });

  test("says errors by their older names", async () => {
    const missing = await post({ Action: "ReceiveMessage" }, ORDERS);
    expect(missing.status).toBe(400);
    const [id = ""] = texts(missing.text, "RequestId");
    expect(missing.text).toBe(
      `${PREFIX}<ErrorResponse ${NAMESPACE}><Error><Type>Sender</Type><Code>AWS.SimpleQueueService.NonExistentQueue</Code>` +
        `<Message>The specified queue does not exist.</Message><Detail/></Error><RequestId>${id}</RequestId></ErrorResponse>`,
    );
    expect(texts((await post({ Action: "Nonsense<>" })).text, "Code")).toEqual(["InvalidAction"]);
    expect(texts((await post({})).text, "Code")).toEqual(["InvalidAction"]);
    expect(texts((await post({ Action: "DeleteMessage" }, "/")).text, "Code")).toEqual(["MissingParameter"]);
    expect(texts((await post({ Action: "DeleteMessage" }, "/a/b/c")).text, "Code")).toEqual(["InvalidAddress"]);
  });

  test("takes an action from the address of a GET", async () => {
    await post({ Action: "CreateQueue", QueueName: "orders" });
    const got = await fetch(`${aws.endpoint}/?Action=GetQueueUrl&QueueName=orders`);
    expect(texts(await got.text(), "QueueUrl")).toEqual([`${aws.endpoint}${ORDERS}`]);
  });

  test("refuses parameters that make no sense, and none of them reaches a prototype", async () => {
    await post({ Action: "CreateQueue", QueueName: "orders" });
    const codes = async (parameters: Record<string, string>) => texts((await post(parameters, ORDERS)).text, "Code");
    expect(await codes({ Action: "TagQueue", "Tag.1": "x" })).toEqual(["MalformedInput"]);
    expect(await codes({ Action: "TagQueue", Tag: "x", "Tag.1.Key": "y" })).toEqual(["MalformedInput"]);
    expect(await codes({ Action: "TagQueue", "a.b.c.d.e.f.g.h": "x" })).toEqual(["MalformedInput"]);
    const many = Object.fromEntries(Array.from({ length: 2_001 }, (_, index) => [`AttributeName.${index}`, "All"]));
    expect(await codes({ Action: "GetQueueAttributes", ...many })).toEqual(["MalformedInput"]);
    await post({ Action: "TagQueue", "Tag.1.Key": "__proto__", "Tag.1.Value": "x", "__proto__.x": "y" }, ORDERS);
    expect(({} as { x?: string }).x).toBeUndefined();
    expect(aws.reported).toEqual([]);
  });
});

describe("the JSON protocol", () => {
  test("names an error in its body, and in the header for clients that know the older name", async () => {
    const call = (target: string, body: string) =>
      fetch(aws.endpoint, {
        method: "POST",
        body,
        headers: { "x-amz-target": target, "content-type": "application/x-amz-json-1.0" },
      });
    const missing = await call("AmazonSQS.GetQueueUrl", '{"QueueName":"none"}');
    expect(missing.status).toBe(400);
    expect(missing.headers.get("content-type")).toBe("application/x-amz-json-1.0");
    expect(missing.headers.get("x-amzn-query-error")).toBe("AWS.SimpleQueueService.NonExistentQueue;Sender");
    expect(await missing.json()).toEqual({
      __type: "com.amazonaws.sqs#QueueDoesNotExist",
      message: "The specified queue does not exist.",
    });
    const types = async (target: string, body: string) =>
      ((await (await call(target, body)).json()) as { __type: string }).__type.split("#")[1];
    expect(await types("AmazonSQS.Nonsense", "{}")).toBe("UnknownOperationException");
    expect(await types("Other.SendMessage", "{}")).toBe("UnknownOperationException");
    expect(await types("AmazonSQS.ListQueues", "{")).toBe("SerializationException");
    expect(await types("AmazonSQS.ListQueues", "[]")).toBe("InvalidParameterValueException");
    expect(await types("AmazonSQS.GetQueueUrl", '{"QueueName":1}')).toBe("InvalidParameterValueException");
    expect(aws.reported).toEqual([]);
  });
});
