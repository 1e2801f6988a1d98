import { join } from "node:path";
import { type Handler, loadFunction } from "../../thumbnails/src-dev/load-function.ts";
import { createMemoryKv } from "../../thumbnails/src-dev/memory-kv.ts";

let record: Handler;
let show: Handler;

beforeEach(async () => {
  const surroundings = { sluice: { kv: createMemoryKv() }, env: {}, log: () => undefined };
  record = await loadFunction(join(import.meta.dirname, "record-delivery.ts"), surroundings);
  show = await loadFunction(join(import.meta.dirname, "deliveries.ts"), surroundings);
});

function delivery(second: number, contentType: string, body: string, isBase64Encoded = false): object {
  const requestContext = { timeEpoch: Date.UTC(2026, 10, 24, 1, 2, second) };
  return { headers: { "content-type": contentType }, body, isBase64Encoded, requestContext };
}

test("deliveries are shown newest first, JSON as JSON", async () => {
  await record(delivery(3, "application/json", '{"order":7}'), { awsRequestId: "a" });
  await record(delivery(4, "text/plain", Buffer.from("grüezi").toString("base64"), true), { awsRequestId: "b" });
  await record(delivery(5, "application/json", "{broken"), { awsRequestId: "c" });
  expect(await show({}, { awsRequestId: "d" })).toEqual({
    count: 3,
    latest: [
      { id: "c", receivedAt: "2026-11-24T01:02:05.000Z", contentType: "application/json", body: "{broken" },
      { id: "b", receivedAt: "2026-11-24T01:02:04.000Z", contentType: "text/plain", body: "grüezi" },
      { id: "a", receivedAt: "2026-11-24T01:02:03.000Z", contentType: "application/json", body: { order: 7 } },
    ],
  });
});

test("a delivery that is handed over twice is recorded once", async () => {
  const event = delivery(3, "application/json", '{"order":7}');
  expect(await record(event, { awsRequestId: "a" })).toBe(await record(event, { awsRequestId: "a" }));
  expect(await show({}, { awsRequestId: "b" })).toMatchObject({ count: 1 });
});
