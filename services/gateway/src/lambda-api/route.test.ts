import { OPERATIONS } from "./model/operations.ts";
import type { OperationModel } from "./model/shape.ts";
import { isLambdaPath, type Route, route } from "./route.ts";

const operations = Object.entries<OperationModel>(OPERATIONS);

function found(method: string, url: string): Route {
  const result = route(method, url);
  if (typeof result === "string") throw new Error(`${method} ${url} is ${result}`);
  return result;
}

test.each(operations)("%s is found at its address, with its labels", (name, { method, uri }) => {
  const labels: Record<string, string> = {};
  const url = uri.replaceAll(/\{(\w+)\}/g, (_, label: string) => {
    labels[label] = `a/b ${label}:1`;
    return encodeURIComponent(labels[label]);
  });
  expect(isLambdaPath(url)).toBe(true);
  expect(found(method, url)).toMatchObject({ operation: name, labels });
});

test("a slash at the end does not matter, because older clients send one", () => {
  expect(found("GET", "/2015-03-31/functions/").operation).toBe("ListFunctions");
  expect(found("POST", "/2015-03-31/functions/f/invocations/?Qualifier=1").operation).toBe("Invoke");
});

test("the fixed query tells operations at one path apart", () => {
  expect(found("GET", "/2018-10-31/layers?Marker=x").operation).toBe("ListLayers");
  expect(found("GET", "/2018-10-31/layers?Arn=x&find=LayerVersion").operation).toBe("GetLayerVersionByArn");
  const path = "/2019-09-30/functions/f/provisioned-concurrency";
  expect(found("GET", `${path}?Qualifier=1`).operation).toBe("GetProvisionedConcurrencyConfig");
  expect(found("GET", `${path}?List=ALL`).operation).toBe("ListProvisionedConcurrencyConfigs");
});

test("an ARN may stand in the path with its colons as they are or escaped", () => {
  const arn = "arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST";
  for (const text of [arn, encodeURIComponent(arn)]) {
    expect(found("GET", `/2015-03-31/functions/${text}`).labels).toEqual({ FunctionName: arn });
  }
});

test.each([
  ["GET", "/2015-03-31/nothing"],
  ["PATCH", "/2015-03-31/functions"],
  ["HEAD", "/2015-03-31/functions"],
  ["GET", "/2015-03-31/functions//configuration"],
  ["GET", "/2015-03-31/functions/f//"],
  ["GET", "/2015-03-31/functions/f/configuration/more"],
  ["GET", "/2015-03-31"],
  ["GET", "/"],
  ["GET", ""],
  ["GET", "2015-03-31/functions"],
  ["constructor", "/2015-03-31/functions"],
  ["GET", "/__proto__/functions"],
])("%s %s is no operation", (method, url) => {
  expect(route(method, url)).toBe("unknown");
});

test("a percent escape that is none is malformed", () => {
  expect(route("GET", "/2015-03-31/functions/%zz")).toBe("malformed");
  expect(route("GET", "/2015-03-31/functions/%ff")).toBe("malformed");
});

test("other addresses of the gateway are not Lambda's", () => {
  expect(["/", "/api/v1/functions", "/fn/2015-03-31/x", "/2015-03-31"].filter(isLambdaPath)).toEqual([]);
});

test("finding the operation of a call takes microseconds", () => {
  const rounds = 20_000;
  const start = performance.now();
  for (let at = 0; at < rounds; at += 1) route("POST", "/2015-03-31/functions/hello/invocations");
  expect((performance.now() - start) / rounds).toBeLessThan(0.05);
});
