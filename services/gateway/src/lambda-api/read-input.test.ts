import type { IncomingHttpHeaders } from "node:http";
import { LambdaError } from "./lambda-error.ts";
import { readInput } from "./read-input.ts";
import { route } from "./route.ts";

const ROLE = "arn:aws:iam::000000000000:role/r";
const CREATE = { FunctionName: "f", Role: ROLE, Code: {}, Runtime: "nodejs24.x", Handler: "index.handler" };

function read(method: string, url: string, body: unknown = "", headers: IncomingHttpHeaders = {}): unknown {
  const found = route(method, url);
  if (typeof found === "string") throw new Error(found);
  const bytes = body instanceof Uint8Array ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  return readInput(found, headers, bytes);
}

function refusal(method: string, url: string, body?: unknown, headers?: IncomingHttpHeaders): string {
  try {
    read(method, url, body, headers);
  } catch (error) {
    if (error instanceof LambdaError) return `${error.status} ${error.type}: ${error.message}`;
    throw error;
  }
  return "taken";
}

const create = (more: object): unknown => read("POST", "/2015-03-31/functions", { ...CREATE, ...more });
const refused = (more: object): string => refusal("POST", "/2015-03-31/functions", { ...CREATE, ...more });
const invalid = (faults: string): string => `400 ValidationException: ${faults}`;

test("a document is read with its bytes and without what the model does not know", () => {
  const body = {
    Code: { ZipFile: "UEs=", New: 1 },
    Publish: true,
    MemorySize: 128,
    Timeout: null,
    Unheard: { of: [] },
  };
  expect(create(body)).toEqual({ ...CREATE, Code: { ZipFile: Buffer.from("PK") }, Publish: true, MemorySize: 128 });
});

test("path, query and headers are read as their shapes say", () => {
  const url = "/2015-03-31/functions/f/versions?MaxItems=5&Marker=a%2Bb";
  expect(read("GET", url)).toEqual({ FunctionName: "f", MaxItems: 5, Marker: "a+b" });
  const headers = { "x-amz-invocation-type": "Event", "x-amz-log-type": "Tail" };
  expect(read("POST", "/2015-03-31/functions/f/invocations?Qualifier=1", "{}", headers)).toEqual({
    FunctionName: "f",
    InvocationType: "Event",
    LogType: "Tail",
    Qualifier: "1",
    Payload: Buffer.from("{}"),
  });
});

test("lists in the query, times in the query and structures as the body are read", () => {
  const resource = encodeURIComponent("arn:aws:lambda:us-east-1:000000000000:function:f");
  expect(read("DELETE", `/2017-03-31/tags/${resource}?tagKeys=a&tagKeys=b`)).toMatchObject({ TagKeys: ["a", "b"] });
  const since = "/2025-12-01/functions/f/durable-executions?StartedAfter=2026-01-02T03:04:05Z";
  expect(read("GET", since)).toMatchObject({ StartedAfter: new Date("2026-01-02T03:04:05Z") });
  const failure = { ErrorType: "E", StackTrace: ["a"] };
  expect(read("POST", "/2025-12-01/durable-execution-callbacks/abc/fail", failure)).toMatchObject({ Error: failure });
});

test("what operations take without a body may be empty", () => {
  expect(read("POST", "/2015-03-31/functions/f/versions")).toEqual({ FunctionName: "f" });
  expect(read("POST", "/2015-03-31/functions/f/invocations")).toEqual({ FunctionName: "f" });
});

test("a value out of its range is refused in AWS's words", () => {
  expect(refused({ MemorySize: 64 })).toBe(
    invalid(
      "1 validation error detected: Value '64' at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128",
    ),
  );
});

test("everything that is wrong is told at once", () => {
  const body = { FunctionName: "bad name", Timeout: 100_000_000, Role: undefined, PackageType: "Tar" };
  const text = refused(body);
  expect(text).toMatch(/^400 ValidationException: 4 validation errors detected: Value 'bad name' at 'functionName' /);
  expect(text).toContain("; Value null at 'role' failed to satisfy constraint: Member must not be null; ");
  expect(text).toContain("Value '100000000' at 'timeout' failed to satisfy constraint: Member must have value less");
  expect(text).toMatch(/Value 'Tar' at 'packageType' .*Member must satisfy enum value set: \[Zip, Image\]$/);
});

test("members of lists and maps are refused with all that they must satisfy, secrets unrepeated", () => {
  expect(refused({ Environment: { Variables: { "9": "secret" } } })).toBe(
    invalid(
      "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]",
    ),
  );
  const text = refused({ Layers: ["nonsense"] });
  expect(text).toContain(
    "Value '[nonsense]' at 'layers' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 2048, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: ",
  );
  expect(text).toMatch(/, Member must not be null\]$/);
});

test("a member of a structure in a list is named by its place", () => {
  const body = { FunctionName: "f", FilterCriteria: { Filters: [{ Pattern: "{}" }, { Pattern: "x".repeat(4097) }] } };
  expect(refusal("POST", "/2015-03-31/event-source-mappings", body)).toMatch(
    /at 'filterCriteria.filters.2.member.pattern' failed .* less than or equal to 4096$/,
  );
});

test("weights are compared as doubles are written", () => {
  const RoutingConfig = { AdditionalVersionWeights: { "1": 1.5 } };
  const body = { Name: "live", FunctionVersion: "2", RoutingConfig };
  expect(refusal("POST", "/2015-03-31/functions/f/aliases", body)).toBe(
    invalid(
      "1 validation error detected: Value '{1=1.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]",
    ),
  );
});

test("an unknown runtime has AWS's own answer", () => {
  expect(refused({ Runtime: "cobol" })).toMatch(
    /^400 InvalidParameterValueException: Value cobol at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: \[.*nodejs24\.x.*\] or be a valid ARN$/,
  );
});

test.each([
  [{ FunctionName: 7 }, "NUMBER_VALUE can not be converted to a String"],
  [{ MemorySize: "128" }, "STRING_VALUE can not be converted to an Integer"],
  [{ MemorySize: 128.5 }, "NUMBER_VALUE can not be converted to an Integer"],
  [{ Publish: "true" }, "STRING_VALUE can not be converted to a Boolean"],
  [{ Handler: true }, "TRUE_VALUE can not be converted to a String"],
  [{ TracingConfig: 5 }, "Unexpected field type"],
  [{ Layers: {} }, "Start of structure or map found where not expected"],
  [{ Code: [] }, "Start of list found where not expected"],
  [{ Role: {} }, "Start of structure or map found where not expected"],
  [{ Code: { ZipFile: "not base64!" } }, "only base64-encoded strings are convertible to bytes"],
])("what is of another type cannot be read: %j", (more, message) => {
  expect(refused(more)).toBe(`400 SerializationException: ${message}`);
});

test("a body that is no JSON, not UTF-8 or too heavy cannot be read", () => {
  expect(refusal("POST", "/2015-03-31/functions", '{"a":')).toMatch(/^400 SerializationException: .*line 1, column 6/);
  expect(refusal("POST", "/2015-03-31/functions", Buffer.from([0x22, 0xff, 0x22]))).toMatch(/^400 Serial.*UTF-8/);
  expect(refusal("POST", "/2015-03-31/functions", "[".repeat(5000))).toMatch(/^400 Serial.*deeper than/);
  expect(refusal("POST", "/2015-03-31/functions", "[]")).toMatch(/^400 SerializationException: Start of list/);
});

test("names that every object has are no members of a document, and are kept as keys of a map", () => {
  expect(refusal("POST", "/2015-03-31/functions", '{"__proto__":{"FunctionName":"f"},"constructor":1}')).toMatch(
    /Value null at 'functionName'/,
  );
  const body = `{"Tags":{"__proto__":"x"}}`;
  const resource = encodeURIComponent("arn:aws:lambda:us-east-1:000000000000:function:f");
  const input = read("POST", `/2017-03-31/tags/${resource}`, body) as { Tags: object };
  expect(Object.entries(input.Tags)).toEqual([["__proto__", "x"]]);
});

test("messages stay short, whatever was sent", () => {
  expect(refused({ FunctionName: "x".repeat(1_000_000) }).length).toBeLessThan(3_000);
  expect(refused({ Layers: Array.from({ length: 100_000 }, () => "x") }).length).toBeLessThan(3_000);
  const Filters = Array.from({ length: 10_000 }, () => ({ Pattern: "x".repeat(5000).slice(0, 4097) }));
  const text = refusal("POST", "/2015-03-31/event-source-mappings", {
    FilterCriteria: { Filters: Filters.slice(0, 50) },
  });
  expect(text).toMatch(/^400 ValidationException: 10 validation errors/);
  expect(text.length).toBeLessThan(10_000);
});

test("numbers, booleans and times of the query that are none cannot be read", () => {
  expect(refusal("GET", "/2015-03-31/functions?MaxItems=many")).toMatch(/^400 Serial.*'many' can not be .*an Integer$/);
  expect(refusal("GET", "/2015-03-31/functions?MaxItems=0")).toMatch(/^400 Validation.*greater than or equal to 1$/);
  expect(refusal("GET", "/2025-12-01/functions/f/durable-executions?StartedAfter=soon")).toMatch(/^400 Serial/);
});
