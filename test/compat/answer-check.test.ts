import { answerFaults } from "./answer-check.ts";

const REQUEST = { "x-amzn-requestid": "02a8fb70-a1f5-4ebf-8161-83fb2a0c34c5", "content-type": "application/json" };

function faultsOf(body: unknown, headers: Readonly<Record<string, string>> = REQUEST, status = 200): readonly string[] {
  return answerFaults("GetFunctionConfiguration", { status, headers, body: Buffer.from(JSON.stringify(body)) });
}

test("an answer as the model has it has no fault", () => {
  expect(faultsOf({ FunctionName: "f", LastModified: "2026-11-24T12:00:00.000+0000", MemorySize: 128 })).toEqual([]);
});

test("names that are unknown, types, enums and times that are wrong, and what is missing are found", () => {
  expect(faultsOf({ functionName: "f" })).toEqual([
    "GetFunctionConfiguration has a member functionName that is unknown",
  ]);
  expect(faultsOf({ MemorySize: "128" })).toEqual(['GetFunctionConfiguration.MemorySize is no integer: "128"']);
  expect(faultsOf({ State: "Fine" })).toEqual(["GetFunctionConfiguration.State is none of the enum: Fine"]);
  expect(faultsOf({ LastModified: "yesterday" })).toEqual([
    "GetFunctionConfiguration.LastModified is no time: yesterday",
  ]);
  expect(faultsOf({ LoggingConfig: { LogGroup: 1 } })).toEqual([
    "GetFunctionConfiguration.LoggingConfig.LogGroup is no string: 1",
  ]);
  const url = { status: 201, headers: REQUEST, body: Buffer.from("{}") };
  expect(answerFaults("CreateFunctionUrlConfig", url)).toContain("CreateFunctionUrlConfig lacks FunctionUrl");
});

test("a status, a header and a body that do not belong there are found", () => {
  expect(faultsOf({}, REQUEST, 201)).toEqual(["status 201 instead of 200"]);
  expect(faultsOf({}, { ...REQUEST, "x-amz-error": "1" })).toEqual(["header x-amz-error is unknown"]);
  expect(faultsOf({}, { "content-type": "text/plain" })).toEqual(["no x-amzn-RequestId", "content-type is text/plain"]);
  const deleted = { status: 204, headers: REQUEST, body: Buffer.from("{}") };
  expect(answerFaults("DeleteAlias", deleted)).toEqual(["a body of 2 bytes where there is none"]);
});

test("a time in milliseconds is no time", () => {
  const body = (LastModified: number) => Buffer.from(JSON.stringify({ LastModified }));
  const of = (time: number) =>
    answerFaults("GetFunctionEventInvokeConfig", { status: 200, headers: REQUEST, body: body(time) });
  expect(of(1_800_000_000)).toEqual([]);
  expect(of(1_800_000_000_000)).toHaveLength(1);
});
