import { createHmac } from "node:crypto";
import { eventually } from "../support/eventually.ts";
import { Stack } from "../support/stack.ts";

/** Counts what arrives in the key-value store, under the name that the event carries. */
const COUNTER = `
const { kv } = require("sluice");
exports.handler = async (event) => {
  const seen = JSON.stringify(event);
  await kv.put("seen/" + crypto.randomUUID(), seen);
  return "counted";
};`;
const READER = `
const { kv } = require("sluice");
exports.handler = async () => {
  const { keys } = await kv.list({ prefix: "seen/" });
  return Promise.all(keys.map((key) => kv.get(key).then(JSON.parse)));
};`;

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  await stack.deploy("reader", READER, { triggers: [{ http: {} }] });
});
afterAll(() => stack.stop());

const url = (path: string): string => `${stack.endpoint}${path}`;
const post = (path: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url(path), { method: "POST", body, headers });

async function seen<T>(matches: (event: Record<string, unknown>) => T | undefined): Promise<T[]> {
  const events = (await (await fetch(url("/fn/reader"))).json()) as Record<string, unknown>[];
  return events.flatMap((event) => matches(event) ?? []);
}

test("a webhook is answered 202 with its invocation, which then runs", async () => {
  await stack.deploy("hooked", COUNTER, { triggers: [{ webhook: { name: "orders" } }] });
  const response = await post("/hooks/orders", '{"order":7}', { "content-type": "application/json" });
  expect(response.status).toBe(202);
  const { invocationId } = (await response.json()) as { invocationId: string };
  const client = await stack.client();
  const status = await eventually(
    () => client.getInvocation("hooked", invocationId),
    ({ state }) => state === "completed",
  );
  expect(status).toMatchObject({ attempts: 1, result: '"counted"', error: null });
  expect(await seen((event) => event["body"] === '{"order":7}' || undefined)).toEqual([true]);
});

test("the same delivery sent again is one invocation", async () => {
  await stack.deploy("hooked2", COUNTER, { triggers: [{ webhook: { name: "deliveries" } }] });
  const headers = { "content-type": "application/json", "webhook-id": "msg_1" };
  const answers = await Promise.all(
    [1, 2, 3].map(async () => (await post("/hooks/deliveries", '{"d":1}', headers)).json()),
  );
  const ids = new Set(answers.map((answer) => (answer as { invocationId: string }).invocationId));
  expect(ids.size).toBe(1);
  expect(answers.filter((answer) => (answer as { duplicate: boolean }).duplicate)).toHaveLength(2);
});

test("a webhook refuses what is not signed, not JSON, too large or not a POST", async () => {
  await stack.deploy("guarded", COUNTER, {
    triggers: [{ webhook: { name: "guarded", auth: { hmac: { secret: "It's a Secret to Everybody" } } } }],
  });
  const body = "Hello, World!";
  const signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  expect(`sha256=${createHmac("sha256", "It's a Secret to Everybody").update(body).digest("hex")}`).toBe(signature);
  expect((await post("/hooks/guarded", body, { "x-hub-signature-256": signature })).status).toBe(202);
  expect((await post("/hooks/guarded", `${body} `, { "x-hub-signature-256": signature })).status).toBe(401);
  expect((await post("/hooks/guarded", body)).status).toBe(401);
  const bad = await post("/hooks/orders", "{", { "content-type": "application/json" });
  expect([bad.status, ((await bad.json()) as { error: { code: string } }).error.code]).toEqual([
    400,
    "Request.InvalidJson",
  ]);
  expect((await post("/hooks/orders", "x".repeat(1024 * 1024 + 1))).status).toBe(413);
  const get = await fetch(url("/hooks/orders"));
  expect([get.status, get.headers.get("allow")]).toEqual([405, "POST"]);
  expect((await post("/hooks/none", "{}")).status).toBe(404);
});

function record(key: string, eventName = "ObjectCreated:Put", sequencer?: string): unknown {
  return {
    eventVersion: "2.1",
    eventSource: "aws:s3",
    awsRegion: "us-east-1",
    eventTime: "2026-11-24T00:00:00.000Z",
    eventName,
    s3: { bucket: { name: "photos" }, object: { key, size: 1, eTag: "e", ...(sequencer ? { sequencer } : {}) } },
  };
}

test("an object notification is one invocation for every record that passes the filter", async () => {
  await stack.deploy("stored", COUNTER, {
    triggers: [{ "object-storage": { name: "photos", bucket: "photos", prefix: "in/", suffix: ".jpg" } }],
  });
  const Records = [
    record("in/a+b%C3%A4.jpg", "ObjectCreated:Put", "0A"),
    record("in/c.jpg", "s3:ObjectCreated:CompleteMultipartUpload"),
    record("in/d.png"),
    record("out/e.jpg"),
    record("in/f.jpg", "ObjectRemoved:Delete"),
  ];
  // MinIO's form: the same records under two names of its own.
  const body = JSON.stringify({ EventName: "s3:ObjectCreated:Put", Key: "photos/in/a bä.jpg", Records });
  const response = await post("/events/s3/photos", body);
  expect(response.status).toBe(202);
  const answer = (await response.json()) as { invocations: { key: string }[]; filtered: number };
  expect(answer.filtered).toBe(3);
  expect(answer.invocations.map(({ key }) => key)).toEqual(["in/a+b%C3%A4.jpg", "in/c.jpg"]);
  await eventually(
    () => seen((event) => (event["Records"] as unknown[] | undefined)?.length),
    (lengths) => lengths.length === 2 && lengths.every((length) => length === 1),
  );
  const again = (await (
    await post("/events/s3/photos", JSON.stringify({ Records: [Records[0]] }))
  ).json()) as typeof answer;
  expect(again.invocations).toMatchObject([{ duplicate: true }]);
});

test("object stores find somebody at home, and bad documents are named", async () => {
  expect((await fetch(url("/events/s3/photos"), { method: "HEAD" })).status).toBe(200);
  expect((await post("/events/s3/photos", '{"Service":"Amazon S3","Event":"s3:TestEvent"}')).status).toBe(200);
  const bad = await post("/events/s3/photos", '{"Records":[{"eventName":"x"}]}');
  expect(bad.status).toBe(400);
  expect(((await bad.json()) as { error: { message: string } }).error.message).toContain("Records[0].s3.bucket.name");
});

test("a failing event is retried as its policy says and then dead-lettered, and can be redriven", async () => {
  await stack.deploy("failing", "exports.handler = async () => { throw new RangeError('no'); };", {
    retry: { delaysMs: [10, 10] },
    triggers: [{ webhook: { name: "failing" } }],
  });
  const { invocationId } = (await (await post("/hooks/failing", "x")).json()) as { invocationId: string };
  const client = await stack.client();
  const dead = (): Promise<{ state: string; attempts: number }> =>
    eventually(
      () => client.getInvocation("failing", invocationId),
      ({ state }) => state === "dead-lettered",
    );
  expect(await dead()).toMatchObject({
    attempts: 3,
    deadLetterReason: "RetriesExhausted",
    error: { errorType: "RangeError", errorMessage: "no" },
  });
  expect(await client.listDeadLetters("failing")).toHaveLength(1);
  await stack.deploy("failing", "exports.handler = async () => 'mended';", {
    triggers: [{ webhook: { name: "failing" } }],
  });
  expect(await client.redriveDeadLetters("failing")).toBe(1);
  await eventually(
    () => client.getInvocation("failing", invocationId),
    ({ state }) => state === "completed",
  );
  expect(await client.redriveDeadLetters("failing")).toBe(0);
});
