import { parseDestination } from "./destination.ts";

const PLACE = "us-east-1:000000000000";

test.each([
  [`arn:aws:lambda:${PLACE}:function:next`, { kind: "function", name: "next", qualifier: "$LATEST" }],
  [`arn:aws:lambda:${PLACE}:function:next:live`, { kind: "function", name: "next", qualifier: "live" }],
  [`arn:aws:sqs:${PLACE}:failed`, { kind: "queue", name: "failed" }],
  [`arn:aws:sqs:${PLACE}:failed.fifo`, { kind: "queue", name: "failed.fifo" }],
  [`arn:aws:kinesis:${PLACE}:stream/audit`, { kind: "stream", name: "audit" }],
  ["arn:aws:s3:::failures", { kind: "bucket", name: "failures" }],
  ["https://example.com/hook?a=b", { kind: "webhook", url: "https://example.com/hook?a=b" }],
])("%s is a destination", (text, destination) => {
  expect(parseDestination(text)).toEqual(destination);
});

test.each([
  "",
  "next",
  `arn:aws:lambda:${PLACE}:layer:next`,
  `arn:aws:lambda:${PLACE}:function:a b`,
  `arn:aws:sqs:${PLACE}:a/b`,
  `arn:aws:sns:${PLACE}:topic`,
  "arn:aws:s3:::../etc",
  "file:///etc/passwd",
  "https://",
  `https://example.com/${"a".repeat(2_048)}`,
])("'%s' is none", (text) => {
  expect(parseDestination(text)).toBeUndefined();
});
