import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  DEFAULT_FUNCTION_CONFIG,
  type EventEnding,
  type FunctionVersion,
  type Invocation,
  type InvocationEvent,
  LIMITS,
} from "@sluice/core";
import { createMemoryStores } from "@sluice/store";
import { NetworkBroker } from "../broker/network-broker.ts";
import { Courier, type Undelivered } from "./courier.ts";
import { createFunctionOutlet } from "./function-outlet.ts";
import type { Outlets } from "./outlet.ts";
import { createQueueOutlet } from "./queue-outlet.ts";
import { createStreamOutlet } from "./stream-outlet.ts";
import { createWebHookOutlet } from "./web-hook-outlet.ts";

const PLACE = { region: "us-east-1", accountId: "000000000000" };
const AT = Date.UTC(2026, 10, 24, 12);
const CHAIN = expect.stringMatching(/^Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=[0-9a-f]{8}:1$/) as string;

const INVOCATION: Invocation = {
  id: "i-1",
  tenant: "acme",
  function: "resize",
  qualifier: "live",
  source: "api",
  trigger: "",
  event: '{"a":1}',
  acceptedAt: 5,
  lineage: "Root=1-5759e988-bd862e3fe1be46a994272793",
};

function versionWith(allowPrivate: readonly string[] = []): FunctionVersion {
  return {
    tenant: "acme",
    name: "resize",
    version: "3",
    codeDigest: "",
    codeBytes: 0,
    sourceMapDigest: null,
    upload: null,
    revisionId: "r",
    config: { ...DEFAULT_FUNCTION_CONFIG, egress: { allowPrivate } },
    createdAt: 0,
  };
}

function endingTo(arn: string, change: Partial<EventEnding> = {}): EventEnding {
  return {
    at: AT,
    condition: "RetriesExhausted",
    invokeCount: 3,
    response: { version: "3", payload: '{"errorType":"Error","errorMessage":"no","trace":[]}', failed: true },
    error: { errorType: "Error", errorMessage: "no" },
    pending: [{ role: "destination", arn }],
    tries: 0,
    ...change,
  };
}

function deliver(outlets: Outlets, ending: EventEnding, version = versionWith()): Promise<Undelivered[]> {
  return new Courier({ outlets, place: PLACE }).deliver(INVOCATION, ending, version);
}

/** Records what a queue is sent. */
function queueOf(answer: { kind: "sent" } | { kind: "refused"; reason: string } = { kind: "sent" }) {
  const sent: { name: string; body: string; attributes: object; traceHeader: string }[] = [];
  const queue = createQueueOutlet(
    {
      send: async ({ name, messages }) => {
        for (const { body, attributes, traceHeader } of messages) sent.push({ name, body, attributes, traceHeader });
        return [answer];
      },
    },
    () => "m-1",
  );
  return { queue, sent };
}

const SQS = "arn:aws:sqs:us-east-1:000000000000";

test("a record has Lambda's form, with event and response as they were", async () => {
  const { queue, sent } = queueOf();
  expect(await deliver({ queue }, endingTo(`${SQS}:failed`))).toEqual([]);
  expect(sent).toMatchObject([{ name: "failed", attributes: {}, traceHeader: CHAIN }]);
  expect(JSON.parse(sent[0]?.body ?? "")).toEqual({
    version: "1.0",
    timestamp: "2026-11-24T12:00:00.000Z",
    requestContext: {
      requestId: "i-1",
      functionArn: "arn:aws:lambda:us-east-1:000000000000:function:resize:live",
      condition: "RetriesExhausted",
      approximateInvokeCount: 3,
    },
    requestPayload: { a: 1 },
    responseContext: { statusCode: 200, executedVersion: "3", functionError: "Unhandled" },
    responsePayload: { errorType: "Error", errorMessage: "no", trace: [] },
  });
});

test("a record of a success names no error, and one of what did not run has no response", async () => {
  const { queue, sent } = queueOf();
  const response = { version: "3", payload: "7", failed: false };
  await deliver({ queue }, endingTo(`${SQS}:q`, { condition: "Success", response }));
  await deliver({ queue }, endingTo(`${SQS}:q`, { condition: "ZeroReservedConcurrency", response: null }));
  const [success, off] = sent.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  expect(success).toMatchObject({ responseContext: { statusCode: 200, executedVersion: "3" }, responsePayload: 7 });
  expect(success?.["responseContext"]).not.toHaveProperty("functionError");
  expect(Object.keys(off ?? {})).toEqual(["version", "timestamp", "requestContext", "requestPayload"]);
});

test("a record that would be too large leaves out the response, which says so by its absence", async () => {
  const { queue, sent } = queueOf();
  const payload = JSON.stringify("ä".repeat(LIMITS.asyncPayloadBytesMax / 2 - 100));
  await deliver({ queue }, endingTo(`${SQS}:q`, { response: { version: "3", payload, failed: false } }));
  const record = JSON.parse(sent[0]?.body ?? "") as Record<string, unknown>;
  expect(record).not.toHaveProperty("responsePayload");
  expect(record).toMatchObject({ requestPayload: { a: 1 }, responseContext: { statusCode: 200 } });
  expect(Buffer.byteLength(sent[0]?.body ?? "")).toBeLessThanOrEqual(LIMITS.asyncPayloadBytesMax);
});

test("a dead-letter queue gets the event itself, with the error as attributes", async () => {
  const { queue, sent } = queueOf();
  const error = { errorType: "Error", errorMessage: `\u0000${"ä".repeat(2_000)}` };
  await deliver({ queue }, endingTo("", { pending: [{ role: "dead-letter", arn: `${SQS}:dead` }], error }));
  expect(sent).toMatchObject([
    {
      body: '{"a":1}',
      attributes: {
        RequestID: { dataType: "String", value: "i-1" },
        ErrorCode: { dataType: "Number", value: "200" },
        ErrorMessage: { dataType: "String", value: ` ${"ä".repeat(511)}` },
      },
    },
  ]);
});

test("a stream gets the record under the invocation's id", async () => {
  const put: unknown[] = [];
  const stream = createStreamOutlet({ put: async (params) => put.push(params) });
  await deliver({ stream }, endingTo("arn:aws:kinesis:us-east-1:000000000000:stream/audit"));
  const records = [{ partitionKey: "i-1", data: expect.any(Buffer) as Buffer }];
  expect(put).toEqual([{ tenant: "acme", name: "audit", records }]);
});

test("a function gets the record as an event of the same chain, once for an ending", async () => {
  const queued: { invocation: Invocation; key: string | undefined }[] = [];
  const facts: InvocationEvent[] = [];
  const fn = createFunctionOutlet({
    functions: { get: async ({ name }) => (name === "next" ? ({} as never) : undefined) },
    queue: {
      enqueue: async (invocation, options) => {
        queued.push({ invocation, key: options?.idempotencyKey });
        return { id: invocation.id, duplicate: queued.length > 1 };
      },
    },
    journal: { fact: (fact) => facts.push(fact) },
    now: () => AT,
    newId: () => "i-2",
  });
  const ending = endingTo("arn:aws:lambda:us-east-1:000000000000:function:next:live");
  for (const _ of [1, 2]) expect(await deliver({ function: fn }, ending)).toEqual([]);
  expect(queued[0]?.invocation).toMatchObject({
    id: "i-2",
    tenant: "acme",
    function: "next",
    qualifier: "live",
    source: "destination",
    lineage: CHAIN,
  });
  expect(queued[0]?.key).toBe(queued[1]?.key);
  expect(facts).toMatchObject([{ type: "accepted" }, { type: "deduplicated" }]);
  const [missing] = await deliver({ function: fn }, endingTo("arn:aws:lambda:us-east-1:000000000000:function:gone"));
  expect(missing?.reason).toContain("no function 'gone'");
});

test.each([
  ["what is no destination", "nonsense", {}, "is not the name of a destination"],
  ["a way that is not there", `${SQS}:q`, {}, "no queue can be sent to here"],
  ["a bucket for a success", "arn:aws:s3:::failures", { condition: "Success" }, "failures only"],
  ["a function for dead letters", "", { pending: [{ role: "dead-letter", arn: "https://a.example" }] }, "is a queue"],
] as const)("%s fails for good", async (_what, arn, change, reason) => {
  const [failure] = await deliver({}, endingTo(arn, change));
  expect(failure).toMatchObject({ permanent: true, reason: expect.stringContaining(reason) as string });
});

test.each([
  ["full", false],
  ["too-large", true],
])("a queue that refuses as %s refuses for good: %s", async (reason, permanent) => {
  const { queue } = queueOf({ kind: "refused", reason });
  expect(await deliver({ queue }, endingTo(`${SQS}:q`))).toMatchObject([{ permanent }]);
});

describe("a webhook", () => {
  const requests: { headers: NodeJS.Dict<string | string[]>; body: string }[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      requests.push({ headers: request.headers, body });
      response.writeHead(status, { location: "http://127.0.0.1:1/" }).end("x".repeat(100_000));
    });
  });
  let network: NetworkBroker;
  let url: string;
  let host: string;
  beforeAll(async () => {
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    url = `http://${host}/hook`;
    const { keys } = createMemoryStores({ now: () => 0 });
    await keys.putTenant({ name: "acme", privateEgress: ["*"] });
    network = new NetworkBroker({ keys, protectedEndpoints: [], now: () => 0 });
  });
  afterAll(async () => {
    await network.stop();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  beforeEach(() => void requests.splice(0));

  const post = (version: FunctionVersion): Promise<Undelivered[]> =>
    deliver({ webhook: createWebHookOutlet(network.webHooks) }, endingTo(url), version);

  test("gets the record by POST, if the function itself may go there", async () => {
    expect(await post(versionWith([host]))).toEqual([]);
    expect(requests[0]?.headers).toMatchObject({
      "content-type": "application/json",
      "webhook-id": "i-1-5-destination-RetriesExhausted",
      "x-amzn-trace-id": CHAIN,
    });
    expect(JSON.parse(requests[0]?.body ?? "")).toMatchObject({ requestContext: { requestId: "i-1" } });
  });

  test("on a private host is refused to a function that may not reach it", async () => {
    const [failure] = await post(versionWith());
    expect(failure).toMatchObject({ permanent: true, reason: expect.stringContaining("private address") as string });
    expect(requests).toEqual([]);
  });

  test.each([
    [503, false],
    [429, false],
    [404, true],
    [302, true],
  ])("that answers %i has failed, for good: %s", async (answer, permanent) => {
    status = answer;
    const [failure] = await post(versionWith([host]));
    expect(failure).toMatchObject({ permanent, reason: `${host} answered ${answer}` });
    expect(requests).toHaveLength(1);
  });
});
