import { toUrlResponse, type UrlResponse } from "./url-response.ts";

const read = (value: unknown): UrlResponse | undefined => toUrlResponse(Buffer.from(JSON.stringify(value)));

test("what has no statusCode is the body, byte for byte", () => {
  const payload = Buffer.from('{ "a" : 1 }');
  expect(toUrlResponse(payload)).toEqual({ status: 200, headers: ["content-type", "application/json"], body: payload });
  expect(read('the word "statusCode" in a text')?.status).toBe(200);
});

test("a description becomes status, headers, cookies and body", () => {
  expect(read({ statusCode: "201", headers: { "X-A": 1, b: ["c", true] }, cookies: ["k=v"], body: { x: 1 } })).toEqual({
    status: 201,
    headers: ["X-A", "1", "b", "c, true", "content-type", "application/json", "set-cookie", "k=v"],
    body: '{"x":1}',
  });
});

test("statuses without a body get none", () => {
  expect(read({ statusCode: 204, body: "abc" })?.body).toBeUndefined();
});

test("headers that frame the message or forge its id are dropped", () => {
  const headers = { Trailer: "x", TE: "y", "Content-Length": "9", "X-Amzn-RequestId": "forged", kept: "z" };
  expect(read({ statusCode: 200, headers })?.headers).toEqual(["kept", "z", "content-type", "application/json"]);
});

test.each([
  [{ statusCode: { toString: 1 } }],
  [{ statusCode: "2e2" }],
  [{ statusCode: 99 }],
  [{ statusCode: 200, headers: { a: { toString: 1 } } }],
  [{ statusCode: 200, headers: { a: [{ toString: 1 }] } }],
  [{ statusCode: 200, headers: ["x"] }],
  [{ statusCode: 200, headers: { "a b": "c" } }],
  [{ statusCode: 200, headers: { a: "b\r\nc: d" } }],
  [{ statusCode: 200, cookies: [1] }],
])("%j is no response", (value) => {
  expect(read(value)).toBeUndefined();
});
