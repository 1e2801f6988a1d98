import { readBatchResponse } from "./batch-response.ts";

const KNOWN = new Set(["a", "b"]);

test.each(["", "null", "{}", '{"batchItemFailures":[]}', '{"batchItemFailures":null}', '{"done":true}'])(
  "%j is success",
  (payload) => {
    expect(readBatchResponse(payload, KNOWN)).toEqual({ kind: "ok" });
  },
);

test("named records failed, however often they are named", () => {
  const payload = JSON.stringify({ batchItemFailures: [{ itemIdentifier: "b" }, { itemIdentifier: "b" }] });
  expect(readBatchResponse(payload, KNOWN)).toEqual({ kind: "partial", failed: new Set(["b"]) });
});

test.each([
  "{",
  '"text"',
  "[]",
  "1",
  '{"batchItemFailures":"a"}',
  '{"batchItemFailures":{}}',
  '{"batchItemFailures":[null]}',
  '{"batchItemFailures":["a"]}',
  '{"batchItemFailures":[{}]}',
  '{"batchItemFailures":[{"itemidentifier":"a"}]}',
  '{"batchItemFailures":[{"itemIdentifier":null}]}',
  '{"batchItemFailures":[{"itemIdentifier":""}]}',
  '{"batchItemFailures":[{"itemIdentifier":1}]}',
  '{"batchItemFailures":[{"itemIdentifier":"unknown"}]}',
  '{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"unknown"}]}',
])("%s fails the whole batch", (payload) => {
  expect(readBatchResponse(payload, KNOWN)).toEqual({ kind: "invalid" });
});
