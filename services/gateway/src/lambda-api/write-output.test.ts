import { writeOutput } from "./write-output.ts";

const strict = { strict: true };

test("status, headers and payload each go to their place", () => {
  const Payload = Buffer.from("null");
  const reply = writeOutput(
    "Invoke",
    { StatusCode: 202, FunctionError: "Unhandled", ExecutedVersion: "7", Payload },
    strict,
  );
  expect(reply).toEqual({
    status: 202,
    headers: { "X-Amz-Function-Error": "Unhandled", "X-Amz-Executed-Version": "7" },
    body: Payload,
  });
});

test("a payload that is not there is no body", () => {
  expect(writeOutput("Invoke", { StatusCode: 202 }, strict)).toEqual({ status: 202, headers: {}, body: "" });
});

test("times are seconds, bytes base64, and what is undefined is left out", () => {
  const LastModified = new Date(1_700_000_000_500);
  const mapping = writeOutput("GetEventSourceMapping", { UUID: "u", LastModified, State: undefined }, strict);
  expect(JSON.parse(String(mapping.body))).toEqual({ UUID: "u", LastModified: 1_700_000_000.5 });
  const Environment = { Variables: { a: "1", b: undefined } };
  expect(JSON.parse(String(writeOutput("GetFunctionConfiguration", { Environment }, strict).body))).toEqual({
    Environment: { Variables: { a: "1" } },
  });
});

test("an operation without an output answers its status and nothing more; one with an empty output an empty object", () => {
  expect(writeOutput("DeleteAlias", {}, strict)).toEqual({ status: 204, headers: {}, body: "" });
  expect(writeOutput("SendDurableExecutionCallbackHeartbeat", {}, strict)).toMatchObject({ status: 200, body: "{}" });
  expect(writeOutput("DeleteFunction", { StatusCode: 204 }, strict)).toMatchObject({ status: 204, body: "" });
});

test("what is not in the model never leaves", () => {
  expect(writeOutput("GetPolicy", { Policy: "{}", secret: 1 }).body).toBe('{"Policy":"{}"}');
});

test("a line break in a header does not end it", () => {
  const { headers } = writeOutput("Invoke", { FunctionError: "a\r\nSet-Cookie: b=ü\u{1f600}" });
  expect(headers["X-Amz-Function-Error"]).toMatch(/^a\?\?Set-Cookie: b=ü\?+$/);
});

test.each([
  ["an unknown member", "GetPolicy", { Polizei: "" }, /has no member Polizei/],
  ["an unknown member within", "GetFunction", { Configuration: { Name: "f" } }, /has no member Name/],
  ["a missing member", "GetFunctionUrlConfig", { FunctionUrl: "u" }, /lacks FunctionArn/],
  ["another type", "GetFunctionConfiguration", { Timeout: "3" }, /Timeout is no integer/],
  ["a value beyond its enum", "GetFunctionConfiguration", { State: "Sleeping" }, /State is none of/],
  ["any output where there is none", "DeleteAlias", { Name: "x" }, /has no member Name/],
] as const)("strict: %s fails", (_, operation, output, message) => {
  expect(() => writeOutput(operation, output, strict)).toThrow(message);
});
