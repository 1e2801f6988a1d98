import { EventStreamCodec } from "@smithy/core/event-streams";
import { encodeException, encodeInvokeComplete, encodePayloadChunk, encodeResponseStream } from "./event-stream.ts";

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString("utf8"),
  (text) => Buffer.from(text),
);

function decode(message: Buffer): { readonly headers: Record<string, unknown>; readonly text: string } {
  const { headers, body } = codec.decode(message);
  const values = Object.entries(headers).map(([name, { value }]) => [name, value] as const);
  return { headers: Object.fromEntries(values), text: Buffer.from(body).toString() };
}

test("a chunk is a message of bytes, and a large one several", () => {
  const [message] = [...encodePayloadChunk(Buffer.from("héllo"))];
  expect(decode(message as Buffer)).toEqual({
    headers: {
      ":message-type": "event",
      ":event-type": "PayloadChunk",
      ":content-type": "application/octet-stream",
    },
    text: "héllo",
  });
  const large = Buffer.alloc(600_000, "ab");
  const messages = [...encodePayloadChunk(large)];
  expect(messages).toHaveLength(3);
  expect(messages.map((one) => decode(one).text).join("")).toBe(large.toString());
});

test("an empty chunk is nothing", () => {
  expect([...encodePayloadChunk(Buffer.alloc(0))]).toEqual([]);
});

test("the end says how it ended, and an exception by which name", () => {
  const complete = decode(encodeInvokeComplete({ ErrorCode: "Unhandled", ErrorDetails: '{"a":1}' }));
  expect(complete.headers[":event-type"]).toBe("InvokeComplete");
  expect(JSON.parse(complete.text)).toEqual({ ErrorCode: "Unhandled", ErrorDetails: '{"a":1}' });
  const { headers } = decode(encodeException("ServiceException", { Message: "gone" }));
  expect(headers).toMatchObject({ ":message-type": "exception", ":exception-type": "ServiceException" });
});

test("a whole answer is made at the pace of its reader", async () => {
  let made = 0;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (; made < 100; made += 1) yield Buffer.from([made]);
  }
  const messages: Buffer[] = [];
  const madeWhenRead: number[] = [];
  for await (const message of encodeResponseStream(chunks(), () => ({}))) {
    madeWhenRead.push(made);
    messages.push(message);
  }
  expect(madeWhenRead.slice(0, 3)).toEqual([0, 1, 2]);
  expect(messages).toHaveLength(101);
  expect(decode(messages[100] as Buffer).headers[":event-type"]).toBe("InvokeComplete");
});
