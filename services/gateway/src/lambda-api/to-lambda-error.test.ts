import { ERROR_CODES, type ErrorCode, PlatformError } from "@sluice/core";
import { LambdaError } from "./lambda-error.ts";
import { toLambdaError } from "./to-lambda-error.ts";

const reported: unknown[] = [];
const deps = {
  newId: () => "id-1",
  reportError: (error: unknown) => {
    reported.push(error);
  },
};
const from = (error: unknown): LambdaError => toLambdaError(error, deps);

test.each(Object.keys(ERROR_CODES) as ErrorCode[])("%s has an answer of Lambda's with a fitting status", (code) => {
  const error = from(new PlatformError(code));
  expect(error).toBeInstanceOf(LambdaError);
  // The fault is on the same side: clients of AWS retry what is not theirs.
  const ours = ERROR_CODES[code].status;
  expect(Math.floor(error.status / 100)).toBe(Math.floor(ours / 100));
});

test.each([
  ["Function.NotFound", 404, { Type: "User", Message: "No function has this name." }],
  [
    "Capacity.FunctionLimit",
    429,
    { Reason: "ReservedFunctionConcurrentInvocationLimitExceeded", Type: "User", message: "Rate Exceeded." },
  ],
  ["Capacity.Exhausted", 429, { Reason: "ConcurrentInvocationLimitExceeded", Type: "User", message: "Rate Exceeded." }],
  ["Service.StorageFull", 503, { Type: "Service", Message: ERROR_CODES["Service.StorageFull"].meaning }],
  ["Request.MethodNotAllowed", 404, { message: ERROR_CODES["Request.MethodNotAllowed"].meaning }],
] as const)("%s is spelled as AWS spells it", (code, status, body) => {
  const error = from(new PlatformError(code));
  expect([error.status, error.toBody()]).toEqual([status, body]);
});

test("who is refused for now is told when to come back", () => {
  const seconds = (code: ErrorCode): number | undefined => from(new PlatformError(code)).retryAfterSeconds;
  expect([seconds("Capacity.Exhausted"), seconds("Service.Draining"), seconds("Function.NotFound")]).toEqual([
    1,
    1,
    undefined,
  ]);
});

test("what nobody foresaw is reported, and its caller gets an id", () => {
  const fault = new TypeError("secret");
  const error = from(fault);
  expect(error.toBody()).toEqual({ Type: "Service", Message: "Something went wrong inside Sluice (error id id-1)." });
  expect(error.status).toBe(500);
  expect(from(new PlatformError("Internal.Error", "secret")).message).not.toContain("secret");
  expect(reported).toContain(fault);
});

test("an error of this edge stays what it is", () => {
  const error = new LambdaError("ResourceConflictException", "Function already exist: f");
  expect(from(error)).toBe(error);
  expect(error.toBody()).toEqual({ Type: "User", message: "Function already exist: f" });
});
