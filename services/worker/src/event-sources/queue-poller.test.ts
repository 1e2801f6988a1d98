import { becomes, bodiesOf, SourceWorld } from "./testing/source-world.ts";

let world: SourceWorld;
beforeEach(() => (world = new SourceWorld()));
afterEach(() => world.stop());

const QUEUE = { kind: "queue", name: "orders" } as const;

test("messages come in batches as Lambda's event, and are deleted when the function has succeeded", async () => {
  await world.queue("orders");
  const attributes = { n: { dataType: "Number", value: "1" }, b: { dataType: "Binary", value: "AAH/" } };
  await world.send("orders", { id: "m1", body: "a", attributes, traceHeader: "Root=1-2-3" }, "b", "c");
  const mapping = await world.map(QUEUE, { batchSize: 2 });
  await world.worker();
  expect(
    await becomes(
      () => world.left("orders"),
      (left) => left === 0,
    ),
  ).toBe(0);
  expect(world.calls.flatMap(bodiesOf).sort()).toEqual(["a", "b", "c"]);
  expect(world.calls[0]?.records[0]).toEqual({
    messageId: "m1",
    receiptHandle: expect.any(String),
    body: "a",
    attributes: {
      ApproximateReceiveCount: "1",
      AWSTraceHeader: "Root=1-2-3",
      SentTimestamp: expect.stringMatching(/^\d{13}$/),
      SenderId: "sender",
      ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
    },
    messageAttributes: {
      n: { stringValue: "1", stringListValues: [], binaryListValues: [], dataType: "Number" },
      b: { binaryValue: "AAH/", stringListValues: [], binaryListValues: [], dataType: "Binary" },
    },
    md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
    md5OfBody: "0cc175b9c0f1b6a831c399e269772661",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:orders",
    awsRegion: "us-east-1",
  });
  expect(world.calls[0]?.attempt).toMatchObject({
    lane: "direct",
    invocation: { source: "queue", trigger: mapping.id },
  });
  expect(
    await becomes(
      () => world.result(mapping),
      (result) => result === "OK",
    ),
  ).toBe("OK");
  expect(world.errors).toEqual([]);
});

test("messages that come later are taken at once", async () => {
  await world.queue("orders");
  await world.map(QUEUE);
  await world.worker();
  await world.send("orders", "late");
  expect(
    await becomes(
      () => world.left("orders"),
      (left) => left === 0,
    ),
  ).toBe(0);
});

test("a failed batch stays until its visibility ends, and then comes again", async () => {
  await world.queue("orders", { visibilityMs: 300 });
  await world.send("orders", "a", "b");
  const mapping = await world.map(QUEUE);
  world.answer = () => (world.calls.length === 1 ? { error: "no" } : {});
  await world.worker();
  expect(
    await becomes(
      () => world.left("orders"),
      (left) => left === 0,
    ),
  ).toBe(0);
  expect(
    world.calls.map((call) => call.records.map(({ attributes }) => attributes?.["ApproximateReceiveCount"])),
  ).toEqual([
    ["1", "1"],
    ["2", "2"],
  ]);
  expect(world.facts).toMatchObject([
    { type: "batch", source: "queue", outcome: "failed", records: 2, failed: 2 },
    { type: "batch", outcome: "ok", records: 2, failed: 0 },
  ]);
  expect(
    await becomes(
      () => world.result(mapping),
      (result) => result === "OK",
    ),
  ).toBe("OK");
});

test("only the messages that the function names stay", async () => {
  await world.queue("orders");
  await world.send("orders", "a", "b", "c");
  await world.map(QUEUE, { partialResponses: true });
  world.answer = () => ({ result: { batchItemFailures: [{ itemIdentifier: "b" }] } });
  await world.worker();
  expect(
    await becomes(
      () => world.left("orders"),
      (left) => left === 1,
    ),
  ).toBe(1);
  expect(world.facts).toMatchObject([{ outcome: "partial", records: 3, failed: 1 }]);
});

test.each([{ batchItemFailures: [{ itemIdentifier: "x" }] }, { batchItemFailures: [{}] }, "text"])(
  "a response of %j fails the whole batch",
  async (result) => {
    await world.queue("orders");
    await world.send("orders", "a", "b");
    await world.map(QUEUE, { partialResponses: true });
    world.answer = () => ({ result });
    await world.worker();
    await becomes(
      () => world.facts.length,
      (count) => count > 0,
    );
    expect(world.facts).toMatchObject([{ outcome: "failed", records: 2, failed: 2 }]);
    expect(await world.left("orders")).toBe(2);
  },
);

test("messages that no filter lets through are deleted, and the function never sees them", async () => {
  await world.queue("orders");
  await world.send("orders", '{"kind":"a"}', '{"kind":"b"}', "plain");
  await world.map(QUEUE, { filters: ['{"body":{"kind":["a"]}}', '{"body":{"kind":["z"]}}'] });
  await world.worker();
  expect(
    await becomes(
      () => world.left("orders"),
      (left) => left === 0,
    ),
  ).toBe(0);
  expect(world.calls.map(bodiesOf)).toEqual([['{"kind":"a"}']]);
  expect(world.facts).toMatchObject([{ outcome: "ok", records: 1, filtered: 2 }]);
});

test("of a FIFO queue, what comes after a failure in its group has failed with it, and comes again in order", async () => {
  await world.queue("orders.fifo", { fifo: true, contentDeduplication: true, visibilityMs: 300 });
  const message = (groupId: string, body: string) => ({ id: body, groupId, body });
  await world.send("orders.fifo", message("g", "1"), message("g", "2"), message("g", "3"), message("h", "4"));
  await world.map({ kind: "queue", name: "orders.fifo" }, { partialResponses: true });
  let failed = false;
  world.answer = ({ records }) => {
    const isFirst = !failed && records.some(({ messageId }) => messageId === "2");
    failed ||= isFirst;
    return isFirst ? { result: { batchItemFailures: [{ itemIdentifier: "2" }] } } : {};
  };
  await world.worker();
  expect(
    await becomes(
      () => world.left("orders.fifo"),
      (left) => left === 0,
    ),
  ).toBe(0);
  const ofGroup = world.calls.flatMap(bodiesOf).filter((body) => body !== "4");
  expect(ofGroup).toEqual(["1", "2", "3", "2", "3"]);
  expect(world.calls[0]?.records[0]?.attributes).toMatchObject({
    MessageGroupId: "g",
    SequenceNumber: expect.stringMatching(/^\d{20}$/),
    MessageDeduplicationId: expect.any(String),
  });
});

test("a window collects what comes, and a full batch does not wait for its end", async () => {
  await world.queue("orders");
  await world.map(QUEUE, { batchSize: 3, windowMs: 60_000 });
  await world.worker();
  await world.send("orders", "a");
  await world.send("orders", "b");
  expect(world.calls).toEqual([]);
  await world.send("orders", "c");
  expect(
    await becomes(
      () => world.left("orders"),
      (left) => left === 0,
    ),
  ).toBe(0);
  expect(world.calls.map(bodiesOf)).toEqual([["a", "b", "c"]]);
});

test("the end of a window sends what there is", async () => {
  await world.queue("orders");
  await world.map(QUEUE, { batchSize: 100, windowMs: 200 });
  await world.worker();
  await world.send("orders", "a");
  await world.send("orders", "b");
  expect(
    await becomes(
      () => world.left("orders"),
      (left) => left === 0,
    ),
  ).toBe(0);
  expect(world.calls.map(bodiesOf)).toEqual([["a", "b"]]);
});

test("a throttled batch waits in the poller's hands: it is received once, however short its visibility", async () => {
  await world.queue("orders", { visibilityMs: 400 });
  await world.send("orders", "a");
  await world.map(QUEUE);
  const from = performance.now();
  world.answer = () => (performance.now() - from < 1_500 ? { refused: "Capacity.FunctionLimit" } : {});
  await world.worker();
  expect(
    await becomes(
      () => world.left("orders"),
      (left) => left === 0,
    ),
  ).toBe(0);
  expect(world.calls.length).toBeGreaterThan(1);
  expect(world.calls.at(-1)?.records[0]?.attributes?.["ApproximateReceiveCount"]).toBe("1");
});

test("no more batches run at once than the mapping allows, over all workers", async () => {
  await world.queue("orders");
  await world.send("orders", ...Array.from({ length: 40 }, (_, index) => `m${index}`));
  await world.map({ ...QUEUE, maximumConcurrency: 3 }, { batchSize: 1 });
  let [running, most] = [0, 0];
  world.answer = async () => {
    most = Math.max(most, (running += 1));
    await new Promise((resolve) => setTimeout(resolve, 60));
    running -= 1;
    return {};
  };
  await Promise.all([world.worker(), world.worker(), world.worker()]);
  expect(
    await becomes(
      () => world.left("orders"),
      (left) => left === 0,
      15_000,
    ),
  ).toBe(0);
  expect(most).toBe(3);
  expect(new Set(world.calls.flatMap(bodiesOf)).size).toBe(40);
  expect(world.calls).toHaveLength(40);
}, 20_000);

test("more than one invocation takes goes in several", async () => {
  await world.queue("orders");
  await world.map(QUEUE, { batchSize: 10, windowMs: 5_000 });
  await world.worker();
  const large = '"'.repeat(900_000);
  for (let index = 0; index < 5; index++) await world.send("orders", { id: `m${index}`, body: large });
  expect(
    await becomes(
      () => world.left("orders"),
      (left) => left === 0,
      12_000,
    ),
  ).toBe(0);
  const sizes = world.calls.map(({ attempt }) => Buffer.byteLength(attempt.event));
  expect(sizes.length).toBeGreaterThan(1);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(6 * 1024 * 1024);
}, 20_000);
