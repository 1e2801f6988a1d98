import { type IncomingMessage, request as send } from "node:http";
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  ListStreamsCommand,
} from "@aws-sdk/client-kinesis";
import { ListSchedulesCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { PolicyStatement } from "@sluice/core";
import {
  accessKey,
  type Outline,
  presigned,
  SECRET,
  signed,
  type SigningChange,
} from "../auth/sigv4/testing/signed-request.ts";
import { clientOptions, type MemoryGateway, startMemoryGateway } from "./testing/memory-gateway.ts";

let gateway: MemoryGateway;
let sqs: SQSClient;
beforeAll(async () => {
  gateway = await startMemoryGateway();
  sqs = new SQSClient(clientOptions(gateway));
});
afterAll(async () => {
  sqs.destroy();
  await gateway.stop();
});

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const FORM = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };

/** Signed by the AWS SDK's signer, sent as it is. */
async function ask(outline: Outline, change: SigningChange = {}): Promise<Answer> {
  const headers = { host: gateway.host, ...outline.headers };
  return await transmit(await signed({ ...outline, headers }, { at: Date.now(), ...change }));
}

function transmit({ head, body }: Awaited<ReturnType<typeof signed>>): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const { method, url: path, rawHeaders } = head;
  const pairs = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1]] as const] : []));
  const options = { method, path, headers: Object.fromEntries(pairs) as Record<string, string> };
  const read = async (response: IncomingMessage): Promise<Answer> => {
    const text = (await response.setEncoding("utf8").toArray()).join("");
    return { status: response.statusCode ?? 0, type: response.headers["content-type"] ?? "", body: text };
  };
  const outgoing = send(gateway.endpoint, options, (response) => void read(response).then(resolve, reject));
  outgoing.on("error", reject).end(body);
  return promise;
}

async function keyWith(accessKeyId: string, policies: readonly PolicyStatement[]): Promise<void> {
  await gateway.stores.keys.putKey(accessKey({ accessKeyId, name: accessKeyId, policies }), SECRET);
}

test("queues are served to the client of SQS, at the address that the queue has", async () => {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "jobs" }));
  expect(QueueUrl).toBe(`${gateway.endpoint}/000000000000/jobs`);
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "ä & <b>" }));
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  expect(Messages?.map(({ Body }) => Body)).toEqual(["ä & <b>"]);
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages?.[0]?.ReceiptHandle }));
});

test.each([
  ["at the root", "/", "Action=ListQueues&Version=2012-11-05"],
  ["at a queue", "/000000000000/older", "Action=GetQueueAttributes&AttributeName.1=QueueArn&Version=2012-11-05"],
])("older clients of SQS send a form %s and read XML", async (_where, path, body) => {
  await sqs.send(new CreateQueueCommand({ QueueName: "older" }));
  const answer = await ask({ method: "POST", path, headers: FORM, body }, { service: "sqs" });
  expect([answer.status, answer.type]).toEqual([200, "text/xml"]);
  expect(answer.body).toContain("older</");
});

test("streams are served to the client of Kinesis, which speaks HTTP/2", async () => {
  const kinesis = new KinesisClient(clientOptions(gateway));
  await kinesis.send(new CreateStreamCommand({ StreamName: "clicks", ShardCount: 1 }));
  const { StreamDescriptionSummary: found } = await kinesis.send(
    new DescribeStreamSummaryCommand({ StreamName: "clicks" }),
  );
  expect(found?.StreamARN).toBe("arn:aws:kinesis:us-east-1:000000000000:stream/clicks");
  kinesis.destroy();
});

test("schedules are served to the client of EventBridge Scheduler", async () => {
  const scheduler = new SchedulerClient(clientOptions(gateway));
  expect((await scheduler.send(new ListSchedulesCommand({}))).Schedules).toEqual([]);
  scheduler.destroy();
});

const WHO = "Action=GetCallerIdentity&Version=2011-06-15";
const IDENTITY =
  "<Arn>arn:aws:iam::000000000000:user/ci</Arn><UserId>AKIDEXAMPLE</UserId><Account>000000000000</Account>";

test("STS says whose key it is, in a form or in a link that was signed", async () => {
  const answer = await ask({ method: "POST", headers: FORM, body: WHO }, { service: "sts" });
  expect([answer.status, answer.type]).toEqual([200, "text/xml"]);
  expect(answer.body).toContain(`<GetCallerIdentityResult>${IDENTITY}</GetCallerIdentityResult>`);

  const query = Object.fromEntries(new URLSearchParams(WHO));
  const change = { service: "sts", at: Date.now() };
  const link = await transmit(await presigned({ query, headers: { host: gateway.host } }, 60, change));
  expect(link.body).toContain(IDENTITY);
  const other = await ask({ method: "POST", headers: FORM, body: "Action=AssumeRole" }, { service: "sts" });
  expect([other.status, other.body]).toEqual([400, expect.stringContaining("<Code>InvalidAction</Code>")]);
});

test("a key without the permission is told so in the protocol's own form", async () => {
  const one = "arn:aws:sqs:us-east-1:000000000000:mine";
  await keyWith("AKIDNARROW", [{ effect: "Allow", actions: ["sqs:*"], resources: [one] }]);
  const narrow = new SQSClient(clientOptions(gateway, "AKIDNARROW"));
  await narrow.send(new CreateQueueCommand({ QueueName: "mine" }));
  await expect(narrow.send(new CreateQueueCommand({ QueueName: "theirs" }))).rejects.toMatchObject({
    name: "AccessDenied",
    message: expect.stringContaining(
      "is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:us-east-1:000000000000:theirs",
    ),
  });
  narrow.destroy();
  const kinesis = new KinesisClient(clientOptions(gateway, "AKIDNARROW"));
  await expect(kinesis.send(new ListStreamsCommand({}))).rejects.toMatchObject({ name: "AccessDeniedException" });
  kinesis.destroy();
  const change = { service: "sqs", accessKeyId: "AKIDNARROW" };
  const older = await ask({ method: "POST", headers: FORM, body: "Action=ListQueues" }, change);
  expect([older.status, older.body]).toEqual([403, expect.stringContaining("<Code>AccessDenied</Code>")]);
});

test.each([
  ["SQS, older", { headers: FORM, body: "Action=ListQueues" }, "text/xml", "<Code>SignatureDoesNotMatch</Code>"],
  [
    "SQS",
    { headers: { "x-amz-target": "AmazonSQS.ListQueues" }, body: "{}" },
    "application/x-amz-json-1.0",
    "InvalidSignatureException",
  ],
  [
    "Kinesis",
    { headers: { "x-amz-target": "Kinesis_20131202.ListStreams" }, body: "{}" },
    "application/x-amz-json-1.1",
    "InvalidSignatureException",
  ],
  ["Scheduler", { path: "/schedules/x", body: "{}" }, "application/json", "Check your AWS Secret Access Key"],
])("a wrong signature is refused as clients of %s read it", async (name, outline, type, text) => {
  const service = name.split(",")[0]?.toLowerCase() ?? "";
  const answer = await ask({ method: "POST", ...outline }, { service, secret: "wrong" });
  expect([answer.status, answer.type, answer.body]).toEqual([403, type, expect.stringContaining(text)]);
});

test("a signature for one service is none for another", async () => {
  const headers = { "x-amz-target": "AmazonSQS.ListQueues" };
  const answer = await ask({ method: "POST", headers, body: "{}" }, { service: "kinesis" });
  expect(answer.body).toContain("Credential should be scoped to correct service: 'sqs'.");
});

test("a request without any signature is asked for one", async () => {
  const plain = (path: string, headers: Record<string, string>) =>
    fetch(`${gateway.endpoint}${path}`, { method: "POST", headers, body: "Action=ListQueues" });
  const form = await plain("/000000000000/jobs", FORM);
  expect([form.status, await form.text()]).toEqual([
    403,
    expect.stringContaining("<Code>MissingAuthenticationToken</Code>"),
  ]);
  const schedule = await plain("/schedules/x", {});
  expect(schedule.headers.get("x-amzn-errortype")).toBe("MissingAuthenticationTokenException");
});

test("a body over the limit is not read", async () => {
  const headers = { "x-amz-target": "AmazonSQS.SendMessage" };
  const answer = await ask({ method: "POST", headers, body: "x".repeat(4 * 1024 * 1024 + 1) }, { service: "sqs" });
  expect([answer.status, answer.body]).toEqual([400, expect.stringContaining("larger than 4194304 bytes")]);
});

test.each([
  ["GET", "/", {}],
  ["POST", "/", {}],
  ["POST", "/", { "x-amz-target": "DynamoDB_20120810.ListTables" }],
  ["POST", "/", { "x-amz-target": "constructor.x" }],
  ["POST", "/000000000000/jobs", { "x-amz-target": "Kinesis_20131202.ListStreams" }],
  ["PUT", "/000000000000/jobs", {}],
  ["GET", "/schedulesque", {}],
  ["GET", "/20", {}],
])("%s %s with the headers %j is none of them: the gateway's own 404", async (method, path, headers) => {
  const response = await fetch(`${gateway.endpoint}${path}`, { method, headers });
  expect([response.status, await response.json()]).toMatchObject([404, { error: { code: "Request.NotFound" } }]);
});

test("listing works for a key that may read all queues", async () => {
  await keyWith("AKIDREADER", [{ effect: "Allow", actions: ["sqs:List*"], resources: ["*"] }]);
  const reader = new SQSClient(clientOptions(gateway, "AKIDREADER"));
  expect((await reader.send(new ListQueuesCommand({ QueueNamePrefix: "jobs" }))).QueueUrls).toHaveLength(1);
  reader.destroy();
});
